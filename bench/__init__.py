"""Measurements, with peers that do the same work on the same machine in the same run: `python -m bench NAME`."""
