"""The data of a period as tables, for other programs: columns, rows, and the files that hold them."""
