"""Meetings: from "we should talk" to a held meeting with an outcome."""
