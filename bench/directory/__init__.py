"""The directory benchmark: search, suggestions, pages and imports at the size of a large region."""
