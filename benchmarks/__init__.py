"""Comparisons that can be run, not tests: `python3 dev.py bench [NAME...] [--times N] [--write]`."""
