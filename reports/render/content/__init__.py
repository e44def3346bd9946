"""What each report shows, as blocks of plain values, before it is a workbook or a page."""
