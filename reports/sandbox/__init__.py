"""A stand-in for a live account: the demo, tests and acceptance checks ask it over HTTP."""
