"""Persons: who they are, how they sign in, which sessions they hold, and what becomes of their data."""
