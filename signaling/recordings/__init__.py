"""Recordings of calls: asked for by a moderator, agreed to by each person, replayed with rights."""
