"""Colleagues who share what they are asked: one inbox, and whoever fits and has time answers."""
