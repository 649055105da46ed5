"""Calls through LiveKit, for those who outgrow our own nodes: loaded only where it is configured."""
