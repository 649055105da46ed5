"""Requests for contact between organisations, with a budget that refills as they are answered."""
