"""What the bookkeeper is shown of documents that changed: the sheet Changes, and the overview's grids.

Internal, like everything in `account_report`: it is about earlier months, and no client's statement tells it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from reports.figures import changes
from reports.figures.changes import Change, Comparison
from reports.render.content.blocks import Column, Group, Kind, Rows, Sheet
from reports.render.content.client_report import Subject, period_text
from reports.render.content.columns import DOCUMENTS
from reports.render.content.labels import N_, Labels

RATED = {changes.RATE_BASE: N_("Base {rate}"), changes.RATE_TAX: N_("VAT {rate}")}


def changes_grid(subject: Subject, comparison: Comparison, labels: Labels) -> Sheet:
    """A client's rows of the sheet Changes."""
    _ = labels.text
    columns = (
        Column("client", _("Client"), Kind.LONG_TEXT),
        Column("fiscal_id", _("NIF"), Kind.TEXT),
        Column("number", _("Number"), Kind.TEXT),
        Column("type", _("Type"), Kind.TEXT),
        Column("date", _("Date"), Kind.DATE),
        Column("currency", _("Currency"), Kind.TEXT),
        *_columns(labels, Kind.MONEY),
        Column("reported_in", _("Reported in"), Kind.TEXT),
        Column("document", _("Document id"), Kind.INTEGER),
    )
    rows = Rows.from_items(
        columns,
        comparison.changes,
        client=lambda _: subject.name,
        fiscal_id=lambda _: labels.fiscal_id(subject.fiscal_id),
        type=lambda change: labels.type(change.type),
        reported_in=lambda change: change.reported_in.label,
        **_shown(labels),
    )
    return Sheet("changes", "", columns, rows, empty="")


def client_changes(name: str, comparison: Comparison, labels: Labels) -> Sheet:
    """The changes of the client `name` for the overview: one group a document, in the same order."""
    columns = _columns(labels, Kind.NUMBER)
    rows = Rows.from_items(columns, comparison.changes, **_shown(labels))
    groups, first = [], 0
    for _, same in groupby(comparison.changes, key=lambda change: change.document):
        changed = list(same)
        end = first + len(changed)
        groups.append(Group(_document(changed[0], labels), rows[first:end], totals=()))
        first = end
    return Sheet("changes", name, columns, rows, empty="", groups=tuple(groups))


def format_no_change(comparisons: Iterable[Comparison], labels: Labels) -> str:
    """The sentence for no change at all."""
    return labels.text("Nothing changed since {periods}.").format(periods=_since(comparisons, labels))


def notes(comparisons: Sequence[Comparison], clients: int, labels: Labels) -> Sequence[str]:
    """What was held against what; `clients` are all that have figures."""
    _ = labels.text
    held = _(
        "Documents of earlier periods as they are now, held against the reading they were reported from: "
        "{periods}."
    )
    lines = [held.format(periods=_since(comparisons, labels))]
    if count := clients - len(comparisons):
        without = _("Clients without an earlier reading with the same filters: {count}.")
        lines.append(without.format(count=count))
    if any(comparison.is_filtered for comparison in comparisons):
        filtered = _(
            "Where a filter asks for some states only, a document that was added or removed may "
            "only have passed the filter; no month is named for it."
        )
        lines.append(filtered)
    return lines


def _columns(labels: Labels, difference: Kind) -> tuple[Column, ...]:
    _ = labels.text
    return (
        Column("change", _("Change"), Kind.TEXT),
        Column("field", _("Field"), Kind.TEXT),
        Column("before", _("Before"), Kind.TEXT),
        Column("after", _("After"), Kind.TEXT),
        Column("difference", _("Difference"), difference),
        Column("vat_month", _("VAT month"), Kind.TEXT),
    )


def _shown(labels: Labels) -> Mapping[str, Callable[[Change], str | None]]:
    """What is shown of a change under the keys of `_columns`, but for the difference."""
    return {
        "change": lambda change: labels.text(change.kind).capitalize(),
        "field": lambda change: _field(change, labels),
        "before": lambda change: _format_value(change, change.old, labels),
        "after": lambda change: _format_value(change, change.new, labels),
        "vat_month": lambda change: ", ".join(f"{month:%Y-%m}" for month in change.vat_months) or None,
    }


def _field(change: Change, labels: Labels) -> str:
    if change.field not in RATED:
        return labels.text(DOCUMENTS[change.field][0])
    rate = labels.text("without tax") if change.rate is None else labels.percent(change.rate)
    return labels.text(RATED[change.field]).format(rate=rate)


def _format_value(change: Change, value: changes.Value, labels: Labels) -> str | None:
    if isinstance(value, Decimal):
        return labels.number(value)
    if isinstance(value, dt.date):
        return labels.date(value)
    if value and change.field == "type":
        return labels.type(value)
    return labels.status(value) if value and change.field == "status" else value


def _document(change: Change, labels: Labels) -> str:
    return " · ".join((change.number, labels.type(change.type), labels.date(change.date), change.currency))


def _since(comparisons: Iterable[Comparison], labels: Labels) -> str:
    """Each earlier period with the newest of its readings."""
    readings = [held for one in comparisons for held in one.readings]
    newest = {period.label: (period, read_at) for period, read_at in sorted(readings, key=itemgetter(1))}
    read = labels.text("{period} (read {instant})")
    return ", ".join(
        read.format(period=period_text(period, labels), instant=labels.instant(read_at))
        for _, (period, read_at) in sorted(newest.items())
    )
