"""Who a client is to the tax office and to the post, by whoever knows: its documents or the account."""

import datetime as dt
from collections.abc import Iterable
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


PARTS = ("fiscal_id", "address", "postal_code", "city", "country")


def identity(
    *,
    fiscal_id: str | None = None,
    address: str | None = None,
    postal_code: str | None = None,
    city: str | None = None,
    country: str | None = None,
) -> Identity:
    """The PARTS put together; without a street or a post office there is no address."""
    place = " ".join(filter(None, (postal_code, city)))
    lines = [line.strip() for line in (address or "").splitlines()]
    lines = [line for line in (*lines, place) if line]
    if lines and not is_at_home(country):
        lines.append(country or "")
    return Identity(fiscal_id, "\n".join(lines) or None, country)


def read_document_identity(documents: Iterable[Document]) -> Identity:
    """What the snapshots say: number and address each by the newest document that has one."""
    return first_known(
        identity(**{part: getattr(client, part, None) for part in PARTS})
        for client in dict.fromkeys(document.client for document in newest_first(documents))
    )


def newest_first(documents: Iterable[Document]) -> list[Document]:
    """By date, then id; one without a readable date is taken for the oldest."""
    return sorted(documents, key=lambda document: (document.date or dt.date.min, document.id), reverse=True)


def parse_details_identity(text: str) -> Identity:
    """What the client's own page says: an object under `client`."""
    client = exact_json.read(text)["client"]
    return identity(**{part: _text(client.get(part)) for part in PARTS})


def first_known(identities: Iterable[Identity]) -> Identity:
    """Each part from the first that has it; a number's country is the one that came with the number."""
    every = list(identities)
    numbered = [one for one in every if one.fiscal_id][:1]
    return Identity(
        fiscal_id=next((one.fiscal_id for one in numbered), None),
        address=next((one.address for one in every if one.address), None),
        country=next((one.country for one in (*numbered, *every) if one.country), None),
    )


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip() or None
