"""VAT of a line: rate, region, scheme and the group it is declared under, by tables of law."""
