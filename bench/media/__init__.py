"""The media node measured: calls of synthetic peers, with Janus beside it."""
