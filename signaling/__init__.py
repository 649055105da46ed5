"""Calls: negotiation and media. The first fair has none; this is where they will live."""
