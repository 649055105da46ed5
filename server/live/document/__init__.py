"""Documents for authors of clients, made from the messages themselves: prose, AsyncAPI, and types for JavaScript."""
