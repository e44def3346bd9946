"""Entries of the run record as tests have them: one client that is done, and one that failed."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.deliver.record import Entry, make_failed_entry, make_ready_entry
from reports.render.content.brand import IssuerDetails
from reports.render.content.client_report import Subject
from reports.render.job import Rendered
from reports.sandbox.documents import Raw
from reports.source.archive import Header
from tests.support.filed import build_month
from tests.support.papers import OCTOBER, added, findings

READ_AT = datetime(2026, 11, 2, 6, 30, 5, 999, tzinfo=ZoneInfo("Europe/Lisbon"))


def build_ready(base: Path, *papers: Raw, name: str = "Ana, Lda") -> Entry:
    folder = base / "ana-lda-11"
    folder.mkdir(exist_ok=True)
    (folder / "b.xlsx").write_bytes(b"workbook")
    (folder / "a.html").write_bytes(b"")
    header = Header("my-company", 11, {}, READ_AT, 4, True)
    subject = Subject(11, name, None, IssuerDetails("Exemplo"), OCTOBER, READ_AT, {})
    found = tuple(findings(*papers))
    rendered = Rendered(subject, header, added(*papers), found, (), None, build_month(*papers))
    return make_ready_entry(rendered, pages=4, requests=5, unmailed=None, staged=folder, place=folder.name)


def build_failed(before: Entry | None) -> Entry:
    return make_failed_entry(
        client=12, name="Rui", fiscal_id=None, reason="no answer", requests=3, before=before
    )
