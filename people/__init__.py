"""Persons: registration, sign-in, sessions, profile, roles, their own data."""
