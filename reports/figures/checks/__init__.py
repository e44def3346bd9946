"""Findings: what does not tie, by document, client and account."""
