"""Packing meetings that are all agreed, so that nobody waits between two of theirs more often than must be."""
