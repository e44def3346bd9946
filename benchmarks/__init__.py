"""Benchmarks, a module for each table of docs/PERFORMANCE.md: `python3 dev.py bench [NAME...]`."""
