"""One client's part of the account's month: a plain value, for any process to make.

It holds sums by what is filed, and lists only what the account's month lists. Amounts are signed, in cents.
"""

import datetime as dt
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.figures.account.buyers import Buyer, KnownBuyer, find_buyer
from reports.figures.account.collections import ClosedDocuments, Debt
from reports.figures.account.field_40 import CreditedVat
from reports.figures.account.last_year import YearComparison, compare_years
from reports.figures.account.oss import NOTHING, OssAmounts, OssKey, OssNote, find_printed_numbers
from reports.figures.account.recapitulative import KINDS_OF_CODE, SERVICES, RecapitulativeKey, SuppliedAmount
from reports.figures.account.series import IssuedNumbers, SeriesKey, collect_numbers
from reports.figures.account.vat_return import FIELD_7, FieldKey, FiledAmounts, OutsideKey, place_group
from reports.figures.currencies import EURO
from reports.figures.document import Document
from reports.figures.tables import Tables, columns
from reports.figures.totals import Figures
from reports.figures.vat.regions import OSS, PT
from reports.figures.vat.vat_groups import VatKey
from reports.figures.vat.vat_rates import REGIONS
from reports.fiscal_id import format_fiscal_id
from reports.money import ZERO


class FiledClient(NamedTuple):
    """Who a client is to the one who files."""

    id: int
    name: str
    fiscal_id: str | None


@dataclass(frozen=True)
class ClientMonth:
    """What one client adds to the account's month.

    `net` and `tax` are those of its counted documents of the period in euro. `invoices_oss` are without
    credit notes, which `notes_oss` has. `numbers` and `identities`, the ids row by row, are those of
    documents of all dates. `filters` and `read_on`, a day in the business's time zone, are the reading's.
    `closed` is None where there was no earlier reading.
    """

    client: int
    net: Decimal
    tax: Decimal
    fields: Mapping[FieldKey, FiledAmounts]
    outside: Mapping[OutsideKey, FiledAmounts]
    credits: tuple[CreditedVat, ...]
    supplied: Mapping[RecapitulativeKey, SuppliedAmount]
    invoices_oss: Mapping[OssKey, OssAmounts]
    notes_oss: tuple[OssNote, ...]
    numbers: Mapping[SeriesKey, IssuedNumbers]
    identities: "array[int]"
    filters: Mapping[str, Sequence[str]]
    read_on: dt.date
    debts: tuple[Debt, ...] = ()
    years: tuple[YearComparison, ...] = ()
    closed: ClosedDocuments | None = None


class FiledGroup(NamedTuple):
    """A group of a document's lines, signed, and where it is filed."""

    document: Document
    buyer: Buyer
    key: VatKey
    place: FieldKey | OutsideKey
    base: Decimal
    tax: Decimal
    is_credit: bool


def list_filed_groups(tables: Tables, figures: Figures, known: KnownBuyer) -> Iterator[FiledGroup]:
    """The groups of the counted documents of the period, in the order they were read."""
    counted = set(figures.documents["id"].tolist())
    documents = {document.id: document for document in tables.values if document.id in counted}
    names = ("document_id", "sign", "currency", *VatKey._fields, "base", "tax")
    for identity, sign, currency, scheme, region, rate, exemption, base, tax in columns(tables.taxes, *names):
        if identity not in documents:
            continue
        document = documents[identity]
        buyer = find_buyer(document.client, known)
        key = VatKey(scheme, region, rate, exemption)
        day = document.date or dt.date.max
        place = place_group(key, currency=currency, day=day, buyer=buyer)
        yield FiledGroup(document, buyer, key, place, base, tax, is_credit=sign < 0)


def build_client_month(
    tables: Tables,
    figures: Figures,
    groups: Iterable[FiledGroup],
    *,
    client: FiledClient,
    filters: Mapping[str, Sequence[str]],
    debts: tuple[Debt, ...],
    closed: ClosedDocuments | None,
) -> ClientMonth:
    """Adds up the `groups` of one client; `filters` are what its reading asked for."""
    euro = next((total for total in figures.totals if total.currency == EURO), None)
    builder = _Builder(client)
    for group in groups:
        builder.add(group)
    return ClientMonth(
        client=client.id,
        net=euro.net if euro else ZERO,
        tax=euro.tax if euro else ZERO,
        fields=builder.fields,
        outside=builder.outside,
        credits=tuple(builder.credits),
        supplied={key: SuppliedAmount(*own) for key, own in builder.supplied.items()},
        invoices_oss=builder.invoices_oss,
        notes_oss=tuple(builder.notes_oss),
        numbers=collect_numbers(tables.values),
        identities=array("q", tables.documents["id"].tolist()),
        filters=filters,
        read_on=figures.read_on,
        debts=debts,
        years=compare_years(tables, figures.period, client=client.id, name=client.name),
        closed=closed,
    )


class _Builder:
    """The sums of a client under way."""

    def __init__(self, client: FiledClient) -> None:
        self.client = client
        self.fields: dict[FieldKey, FiledAmounts] = {}
        self.outside: dict[OutsideKey, FiledAmounts] = {}
        self.credits: list[CreditedVat] = []
        self.supplied: dict[RecapitulativeKey, tuple[Decimal, tuple[int, ...]]] = {}
        self.invoices_oss: dict[OssKey, OssAmounts] = {}
        self.notes_oss: list[OssNote] = []
        self._seen: set[tuple[FieldKey | OutsideKey, int]] = set()

    def add(self, group: FiledGroup) -> None:
        """Adds a group of a document's lines wherever it belongs."""
        place, document, key = group.place, group.document, group.key
        if isinstance(place, FieldKey):
            amounts = self.fields.setdefault(place, FiledAmounts())
            # The form has no field for VAT on operations at 0 %.
            amounts.add(group.base, group.tax if place.rate else ZERO, is_credit=group.is_credit)
        else:
            amounts = self.outside.setdefault(place, FiledAmounts())
            amounts.add(group.base, group.tax, is_credit=group.is_credit)
        if key.rate is not None and key.rate not in amounts.rates:
            amounts.rates |= {key.rate}
        if (place, document.id) not in self._seen:
            self._seen.add((place, document.id))
            amounts.documents += 1
        if isinstance(place, FieldKey) and place.field == FIELD_7:
            self._supply(group)
        if document.currency == EURO:
            self._add_in_euro(group)

    def _supply(self, group: FiledGroup) -> None:
        code = KINDS_OF_CODE.get(group.key.exemption or "", SERVICES)
        key = RecapitulativeKey(group.buyer.prefix, group.buyer.vat_number, code)
        amount, documents = self.supplied.get(key, (ZERO, ()))
        own = () if group.document.id in documents[-1:] else (group.document.id,)
        self.supplied[key] = (amount + group.base, (*documents, *own))

    def _add_in_euro(self, group: FiledGroup) -> None:
        document, key = group.document, group.key
        day = document.date or dt.date.max
        if key.scheme == OSS and key.region is not None and key.rate is not None:
            if group.is_credit:
                named = tuple(find_printed_numbers(document.reference, document.observations))
                note = OssNote(document.id, key.region, key.rate, day, group.base, group.tax, named)
                self.notes_oss.append(note)
            else:
                place = OssKey(key.region, key.rate)
                so_far = self.invoices_oss.get(place, NOTHING)
                self.invoices_oss[place] = so_far.plus(group.base, group.tax)
        if group.is_credit and key.scheme == PT and key.rate and key.region in REGIONS:
            client = self.client
            fiscal_id = format_fiscal_id(document.client.fiscal_id or client.fiscal_id)
            facts = (client.id, client.name, fiscal_id, document.id, document.number, day)
            credit = CreditedVat(*facts, key.region or "", key.rate, -group.base, -group.tax)
            self.credits.append(credit)
