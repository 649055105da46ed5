"""Visiting cards that people leave at stands: theirs to give, to change and to take back."""
