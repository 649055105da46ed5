"""The product as people use it: real servers, a real browser, and networks that break."""
