"""Channels and messages: what people write to each other, live and later."""
