"""Data coming in: reading files of any making, mapping their columns, trying them out, importing, undoing."""
