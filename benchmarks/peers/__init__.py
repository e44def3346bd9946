"""Writers of workbooks that others made, each used in the way its own documentation shows for speed or for style."""
