"""From files to people: the published folder and the run record."""
