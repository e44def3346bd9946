"""From blocks to a workbook."""
