"""From numbers to files: what each sheet shows, the workbook, the statement."""
