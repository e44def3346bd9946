"""Builds the one file for Windows: Python, the libraries of the lock, the program, and a starter."""
