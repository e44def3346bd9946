"""Findings of the account: what the one who files for it has to know, on no client's paper.

They hold no client's mail. Each is worked out with the client it shows at, and stands once in the record.
"""

from collections.abc import Iterator, Sequence

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
    undecided = [one for one in _list_counted(tables.values, figures) if _list_undecided_rates(one)]
    if undecided:
        rates = sorted({rate for document in undecided for rate in _list_undecided_rates(document)})
        yield Finding(
            "REGION-UNDECIDED",
            number=undecided[0].number,
            field=", ".join(f"{rate} %" for rate in rates),
            found=str(len(undecided)),
        )


def _list_counted(documents: Sequence[Document], figures: Figures) -> list[Document]:
    """The counted documents of the period, by date, then id."""
    ids = figures.documents["id"].tolist()
    found = {document.id: document for document in documents}
    return [found[identity] for identity in ids]


def _list_undecided_rates(document: Document) -> list[str]:
    rates = [rate_text(item.rate) for item in document.items if item.region is None]
    return [rate for rate in rates if rate is not None]
