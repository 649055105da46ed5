"""The process: what is composed at the start, and the commands that run it."""
