"""From pages to numbers that tie: documents, tables, totals, findings."""
