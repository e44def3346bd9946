"""Joins the rows of all clients of a period, client by client, with the words of the run record.

So what a run writes and what is read from its archives later are the same rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from reports.export.columns import DataBlock
from reports.export.rows import RecordedClient, identify_rows, list_finding_rows

RecordedEntry = Mapping[str, Any]
"""A client, or a finding, as JSON has it in the run record."""


def join_rows(
    entries: Sequence[RecordedEntry],
    findings: Iterable[RecordedEntry],
    read_rows: Callable[[RecordedEntry], Iterable[DataBlock]],
    *,
    period: str,
) -> Iterator[DataBlock]:
    """The rows of the clients that have figures, and all findings, the account's first.

    `entries` and `findings` are the record's, `read_rows` gives a client's own rows, `period` is a label.
    """
    clients = {entry["id"]: _name(entry) for entry in entries}
    for finding in findings:
        who = finding.get("client")
        named = clients.get(who, RecordedClient(who, None, None))
        yield identify_rows(list_finding_rows([finding]), named, period)
    for entry in filter(has_figures, entries):
        blocks = chain(read_rows(entry), [list_finding_rows(entry["findings"])])
        for block in blocks:
            yield identify_rows(block, clients[entry["id"]], period)


def has_figures(entry: RecordedEntry) -> bool:
    """The client is done, or failed and keeps the figures of an earlier reading."""
    return entry["state"] == "ready" or (entry["kept_from"] is not None and bool(entry["files"]))


def _name(entry: RecordedEntry) -> RecordedClient:
    return RecordedClient(entry["id"], entry["name"], entry.get("fiscal_id"))
