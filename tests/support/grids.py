"""A grid of one column, as small as a test needs it."""

from reports.render.content.blocks import Column, Kind, Row, Sheet, Value


def build_grid(heading: str, kind: Kind, *values: Value, currency: str | None = "EUR") -> Sheet:
    rows: list[Row] = [(value,) for value in values]
    return Sheet("g", "G", (Column("c", heading, kind),), rows, empty="", currency=currency)
