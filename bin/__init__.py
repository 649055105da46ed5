"""The chores of this project: `python3 -m bin NAME`, or `make NAME`.

What prepares a bare machine stands on the standard library alone: nothing is installed yet when it runs.
"""
