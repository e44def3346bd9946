"""Reads written files back and holds them against the figures."""
