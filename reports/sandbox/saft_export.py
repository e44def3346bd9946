"""How the service hands out its SAF-T (PT) file of a month: asked for until it is ready, then fetched.

The address of the file is open to whoever has it, as those of stores in a cloud are; with the API key in the
request, or without its own signature, such a store refuses it.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import Raw
from reports.sandbox.saft import write_book
from reports.sandbox.taxes import UNKNOWN_REGION

EXPORT_PATH = "/api/export_saft.json"
FILES = "/exports/"
SIGNATURE = "c2FuZGJveC1kZW1v"
"""What the address of a file has in place of a key: who shows it has shown the file."""

NOT_IN_PLAN = "não está disponível durante o período gratuito"
PORTUGAL = "PT"
CODES_OF_COUNTRIES = {
    "portugal": PORTUGAL,
    "france": "FR",
    "germany": "DE",
    "greece": "GR",
    "italy": "IT",
    "netherlands": "NL",
    "spain": "ES",
    "switzerland": "CH",
    "uk": "GB",
    "united kingdom": "GB",
}
"""Of the countries of clients, as the account writes them."""

_REGION = re.compile("[A-Z]{2}|PT-(AC|MA)")


class Export(NamedTuple):
    """An answer to who asks for a file: its status and object, and the seconds that pass before it."""

    status: HTTPStatus
    said: Mapping[str, object]
    after_seconds: float


def export(account: SandboxAccount, query: dict[str, str], *, origin: str) -> Export:
    """What is answered this time. `account.exports` counts how often a month was asked for."""
    rules = account.saft
    month = _read_month(query)
    if rules.refused_with:
        return Export(rules.refused_with, {"errors": [{"error": NOT_IN_PLAN}]}, rules.seconds)
    if month is None or write_month(account, *month) is None:
        words = {"message": "Não existem documentos para o período indicado"}
        return Export(HTTPStatus.UNPROCESSABLE_ENTITY, words, rules.seconds)
    account.exports[month] += 1
    times = account.exports[month]
    if times <= rules.fails:
        return Export(HTTPStatus.INTERNAL_SERVER_ERROR, {"message": "Ocorreu um erro"}, rules.seconds)
    if times <= rules.fails + rules.waits:
        return Export(HTTPStatus.ACCEPTED, {"message": "O ficheiro está a ser gerado"}, rules.seconds)
    name = f"saft-{month[0]}-{month[1]:02}.xml"
    return Export(HTTPStatus.OK, {"Url": f"{origin}{FILES}{name}?signature={SIGNATURE}"}, rules.seconds)


def write_month(account: SandboxAccount, year: int, month: int) -> str | None:
    """The file of a month; None where it has no document."""
    papers = [one for documents in account.documents.values() for one in documents]
    regions = {row["id"]: row["region"] for row in account.taxes}

    def region_of(document: Raw, item: Raw) -> str:
        region = regions.get((item["tax"] or {}).get("id"))
        return find_region(region, document["client"].get("country"))

    return write_book(papers, year=year, month=month, region_of=region_of, rules=account.saft)


def find_region(region: str | None, country: str | None) -> str:
    """The region of a line whose tax names `region`, for a client in `country`, as the exporter finds it."""
    named = "".join((region or PORTUGAL).split())
    if named == UNKNOWN_REGION:
        name = (country or "").strip()
        named = CODES_OF_COUNTRIES.get(name.lower(), name)
    return named if _REGION.fullmatch(named) else PORTUGAL


def _read_month(query: dict[str, str]) -> tuple[int, int] | None:
    year, month = query.get("year", ""), query.get("month", "")
    if not (year.isascii() and year.isdecimal() and month.isascii() and month.isdecimal()):
        return None
    return (int(year), int(month)) if len(year) == 4 and 1 <= int(month) <= 12 else None
