"""Organisations: what they are, their public page, who belongs to them in which role, and what was changed."""
