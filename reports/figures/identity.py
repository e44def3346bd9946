"""Who a client is to the tax office and to the post, by whoever knows: its documents or the account."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import exact_json
from reports.figures.document import Document
from reports.fiscal_id import is_at_home


@dataclass(frozen=True)
class Identity:
    """`address` is lines; the country stands in it when it is not Portugal. None: nobody says."""

    fiscal_id: str | None = None
    address: str | None = None
    country: str | None = None


def identity(
    *,
    fiscal_id: str | None,
    address: str | None,
    postal_code: str | None,
    city: str | None,
    country: str | None,
) -> Identity:
    """The parts put together; without a street or a post office there is no address."""
    place = " ".join(filter(None, (postal_code, city)))
    lines = [line.strip() for line in (address or "").splitlines()]
    lines = [line for line in (*lines, place) if line]
    if lines and not is_at_home(country):
        lines.append(country or "")
    return Identity(fiscal_id, "\n".join(lines) or None, country)


def read_document_identity(documents: Iterable[Document]) -> Identity:
    """What the snapshots say: number and address each by the newest document that has one."""
    return first_known(
        identity(
            fiscal_id=client.fiscal_id,
            address=client.address,
            postal_code=client.postal_code,
            city=None,
            country=client.country,
        )
        for client in dict.fromkeys(document.client for document in newest_first(documents))
    )


def newest_first(documents: Iterable[Document]) -> list[Document]:
    """By date, then id; one without a readable date is taken for the oldest."""
    return sorted(documents, key=lambda document: (document.date or dt.date.min, document.id), reverse=True)


def parse_details_identity(text: str) -> Identity:
    """What the client's own page says: an object under `client`."""
    client = exact_json.read(text)["client"]
    fiscal_id, address, postal_code, city, country = (
        _text(client.get(key)) for key in ("fiscal_id", "address", "postal_code", "city", "country")
    )
    return identity(fiscal_id=fiscal_id, address=address, postal_code=postal_code, city=city, country=country)


def first_known(identities: Iterable[Identity]) -> Identity:
    """Each part from the first that has it; a number's country is the one that came with the number."""
    every: Sequence[Identity] = list(identities)
    numbered = next((one for one in every if one.fiscal_id), None)
    return Identity(
        fiscal_id=numbered.fiscal_id if numbered else None,
        address=next((one.address for one in every if one.address), None),
        country=numbered.country
        if numbered and numbered.country
        else next((one.country for one in every if one.country), None),
    )


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip() or None
