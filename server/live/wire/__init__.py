"""Every message that crosses the live line, as types."""
