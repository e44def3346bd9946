"""Tables of law and vendor, each with its source and its date in its first lines."""
