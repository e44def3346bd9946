"""Findings of the account: what the one who files for it has to know, on no client's paper.

They hold no client's mail. Each is worked out with the client it shows at, and stands once in the record.
"""

from collections.abc import Iterator

from reports.figures.checks.finding import Finding
from reports.figures.document import Document
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.vat_rows import rate_text

TAXES_MISSING = "TAXES-MISSING"
"""A finding of the whole account, whichever client it shows at."""


def check_filing(tables: Tables, figures: Figures, *, has_taxes: bool) -> Iterator[Finding]:
    """What of a client's documents of the period cannot be declared as it stands.

    `has_taxes`: the account's taxes came with the reading.
    """
    if not has_taxes:
        yield Finding(TAXES_MISSING)
    found = {document.id: document for document in tables.values}
    counted = [found[identity] for identity in figures.documents["id"].tolist()]
    undecided = [document for document in counted if _list_undecided_rates(document)]
    if undecided:
        rates = sorted({rate for document in undecided for rate in _list_undecided_rates(document)})
        yield Finding(
            "REGION-UNDECIDED",
            number=undecided[0].number,
            field=", ".join(f"{rate} %" for rate in rates),
            found=str(len(undecided)),
        )


def _list_undecided_rates(document: Document) -> list[str]:
    rates = [rate_text(item.rate) for item in document.items if item.region is None]
    return [rate for rate in rates if rate is not None]
