"""A grid of one column, as small as a test needs it."""

from reports.render.content.blocks import Column, Kind, Rows, Sheet, Value


def build_grid(heading: str, kind: Kind, *values: Value, currency: str | None = "EUR") -> Sheet:
    return Sheet("g", "G", (Column("c", heading, kind),), Rows([values]), empty="", currency=currency)
