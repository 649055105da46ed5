"""Measurements, with peers beside us in the same run."""
