"""Products and services of organisations."""
