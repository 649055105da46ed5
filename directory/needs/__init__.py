"""Needs and offers of organisations, blind ones too, and the answers that others give to them."""
