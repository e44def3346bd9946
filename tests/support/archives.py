"""Archives of CLIENT as a run leaves them, of documents that a test made."""

from pathlib import Path

from reports.sandbox.documents import Raw
from reports.sandbox.routes import json_text
from reports.source.archive import Header, Spool, path_of
from tests.support.payload_path import NOW
from tests.support.recorded_papers import CLIENT


def store_papers(folder: Path, *papers: Raw) -> Path:
    """The archive of one page with these documents."""
    return store_pages(folder, papers)


def store_pages(folder: Path, *pages: tuple[Raw, ...], total: int | None = None) -> Path:
    """The archive of several pages, which may repeat a document; `total` is what they count, if not that."""
    count = len({paper["id"] for page in pages for paper in page}) if total is None else total
    header = Header("office", CLIENT, {}, NOW, len(pages), complete=True)
    with Spool(folder) as spool:
        for number, papers in enumerate(pages, start=1):
            pagination = {"total_entries": count, "current_page": number, "total_pages": len(pages)}
            body = {"invoices": papers, "pagination": pagination | {"per_page": 100}}
            spool.add(number, json_text(body))
        spool.finish(header, path_of(folder, CLIENT))
    return path_of(folder, CLIENT)
