"""Reads what a client's archive holds: documents, tables and figures, whatever is shown of them."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from reports.errors import DataError
from reports.figures import identity, tables, totals
from reports.figures.checks import client_checks
from reports.figures.checks.client_checks import Word
from reports.figures.document import Document
from reports.figures.parse import READ_AGAIN, list_own_documents, parse_document, parse_owner, read_page
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.taxes import Taxation, parse_taxes
from reports.period import Period
from reports.source import archive
from reports.source.archive import Header, Owner
from reports.source.previous import earlier_answers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClientArchive:
    """A client's archive, and what has to be known to read it.

    `account`: whose it has to be; None for whatever account. `region` is where the business is, `zone` its
    time zone. `details`: what else of the account's word counts, `client` and `balance`. `country`: the
    client's by the account's own list. `account_folder`: where earlier answers about taxes lie. `read_at`: as
    of when, where a later reading of the same pages replaced the one that is wanted.
    """

    path: Path
    client: int
    account: str | None
    region: str
    zone: dt.tzinfo
    details: tuple[str, ...] = ()
    country: str | None = None
    account_folder: Path | None = None
    read_at: dt.datetime | None = None


class ArchivedClient(NamedTuple):
    """What an archive holds of a client, and what it comes to for a period."""

    header: Header
    documents: list[Document]
    word: Word
    tables: Tables
    figures: Figures


def read_client(source: ClientArchive, *, period: Period, limits: Sequence[int]) -> ArchivedClient:
    """Reads an archive to the figures of `period`, open documents aged by `limits`. Raises ClientError."""
    header = archive.read_header(source.path, owner=Owner(source.account, source.client))
    if source.read_at and source.read_at != header.read_at:
        header = replace(header, read_at=source.read_at, as_of=None)
    documents = read_documents(source.path, source.client)
    word = client_checks.read(header.client_details or {}, wanted=source.details, filters=header.filters)
    laid_out = tables.build(documents, _read_taxation(source, header, documents, word))
    read_on = header.as_of or header.read_at.astimezone(source.zone).date()
    figures = totals.build(laid_out, period=period, read_on=read_on, limits=limits)
    return ArchivedClient(header, documents, word, laid_out, figures)


def read_tables(source: ClientArchive, word: Word) -> Tables:
    """Reads an archive to its tables, by the account's `word` of another reading. Raises ClientError."""
    documents = read_documents(source.path, source.client)
    header = archive.read_header(source.path, owner=Owner(source.account, source.client))
    return tables.build(documents, _read_taxation(source, header, documents, word))


def find_country(source: ClientArchive, word: Word) -> str | None:
    """The client's country by the account's own word, as it came."""
    return word.identity.country or source.country


def read_documents(path: Path, client: int) -> list[Document]:
    """Reads the documents of an archive, each once: readings that repeated entries lie in one archive.

    Raises DataError where one is another client's, or where they are not as many as a page says they are.
    """
    documents: dict[int, Document] = {}
    totals: set[int] = set()
    for body in archive.read_pages(path):
        page = read_page(body)
        totals |= {page.total} if page.total is not None else set()
        found = list(map(parse_document, page.listed))
        own = list_own_documents(page.listed, client)
        for document in found:
            if document.id not in own:
                raise DataError(
                    f"{path}: document {document.id} belongs to another client, and nothing is published "
                    f"for client {client}. {READ_AGAIN}"
                )
            documents[document.id] = document
    if wrong := totals - {len(documents)}:
        counts = f"{len(documents)} documents, and say that there are {min(wrong)}"
        raise DataError(f"{path}: its pages hold {counts}. {READ_AGAIN}")
    return list(documents.values())


def read_names(path: Path, owner: Owner) -> tuple[str | None, str | None]:
    """The client's name and tax number as the newest documents of its archive have them, whatever else is
    wrong with it; None for what they do not say."""
    documents: list[Document] = []
    try:
        archive.read_header(path, owner=owner)
        for body in archive.read_pages(path):
            listed = read_page(body).listed
            found = [parse_owner(raw) for raw in listed]
            own = list_own_documents(listed, owner.client or 0)
            documents += [document for document in found if document.id in own]
    except Exception as error:  # noqa: BLE001 - the client failed already, and lacks a name at the most
        log.info("client %s: its archive does not say its name: %s", owner.client, type(error).__name__)
    names = (document.client.name for document in identity.newest_first(documents) if document.client.name)
    return next(names, None), identity.read_document_identity(documents).fiscal_id


def _read_taxation(
    source: ClientArchive, header: Header, documents: Sequence[Document], word: Word
) -> Taxation:
    """The taxes of this reading, and of earlier ones where it names a tax that the account has no longer."""
    taxes = parse_taxes([header.taxes] if header.taxes else [])
    used = {item.tax_id for document in documents for item in document.items if item.tax_id}
    if source.account_folder is not None and not used <= taxes.keys():
        earlier = earlier_answers(source.account_folder, header.account)
        taxes = {**parse_taxes(earlier), **taxes}
    return Taxation(taxes, source.region, find_country(source, word))
