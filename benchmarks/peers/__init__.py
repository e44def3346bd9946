"""Writers of workbooks that others made, each used as its own documentation shows."""
