"""Reads SAF-T (PT) 1.04_01 as a stream: one document in memory at a time, whatever the size of the file.

Nothing of the file is trusted: entities and a DTD are refused, an element of more than MOST_CHARACTERS and a
tag of more than MOST_TAG_BYTES too.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from reports.errors import SaftError
from reports.figures.saft.saft_document import LineKey, SaftControl, SaftDocument, SaftHead
from reports.money import ZERO

VERSION = "1.04_01"
NAMESPACE = f"urn:OECD:StandardAuditFile-Tax:PT_{VERSION}"
MOST_CHARACTERS = 10_000
MOST_TAG_BYTES = 1024 * 1024
MOST_DEPTH = 50
MOST_AMOUNT = Decimal("1E15")

_CREDIT_TYPES = frozenset({"NC"})
_HEAD, _CUSTOMER = ("Header",), ("MasterFiles", "Customer")
_SALES = ("SourceDocuments", "SalesInvoices")
_INVOICE = (*_SALES, "Invoice")
_LINE, _WITHHOLDING = (*_INVOICE, "Line"), (*_INVOICE, "WithholdingTax")
_RECORDS = (_HEAD, _CUSTOMER, _INVOICE, _LINE, _WITHHOLDING)
"""Elements whose leaves are read; other leaves of the file are passed over."""


class SaftParser:
    """A file being read. `head` is there before the first document, `control` after the last."""

    def __init__(self, chunks: Iterable[bytes], *, name: str) -> None:
        """`chunks` are the bytes of the file in order; `name` is what sentences call it."""
        self._chunks = chunks
        self._name = name
        self.head: SaftHead | None = None
        self.control: SaftControl | None = None
        self._documents: list[SaftDocument] = []
        self._customers: dict[str, tuple[str | None, str | None]] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._characters = 0
        self._fields: dict[tuple[str, ...], dict[str, str]] = {}
        self._lines: dict[LineKey, Decimal] = defaultdict(Decimal)
        self._withholding = ZERO
        self._has_sales = False
        self._control: dict[str, str] = {}
        self._events = 0

    def read(self) -> Iterator[SaftDocument]:
        """The documents, in the order of the file. Raises SaftError."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._collect
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        unseen, events = 0, 0
        try:
            for chunk in self._chunks:
                parser.Parse(chunk, False)
                unseen = unseen + len(chunk) if events == self._events else 0
                events = self._events
                if unseen > MOST_TAG_BYTES:
                    raise self._error(f"one tag is longer than {MOST_TAG_BYTES // 1024} KB")
                yield from self._take_documents()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._error(
                f"it is no whole XML: line {error.lineno}, {expat.ErrorString(error.code)}"
            ) from None
        except (LookupError, UnicodeError):
            raise self._error("its characters are in no encoding that this program knows") from None
        yield from self._take_documents()
        if self.head is None:
            raise self._error("it has no Header")
        self.control = self._read_control()

    def _take_documents(self) -> list[SaftDocument]:
        found, self._documents = self._documents, []
        return found

    def _start(self, name: str, _: object) -> None:
        self._events += 1
        namespace, _, local = name.rpartition(" ")
        if not self._path:
            self._check_root(namespace, local)
        if len(self._path) >= MOST_DEPTH:
            raise self._error(f"its elements are nested deeper than {MOST_DEPTH}")
        self._path.append(local)
        self._text, self._characters = [], 0
        place = tuple(self._path[1:])
        if place in _RECORDS:
            self._fields[place] = {}
            if place == _INVOICE:
                self._lines, self._withholding = defaultdict(Decimal), ZERO

    def _end(self, _: str) -> None:
        self._events += 1
        place = tuple(self._path[1:])
        text = "".join(self._text).strip()
        self._path.pop()
        self._text, self._characters = [], 0
        if place in _RECORDS:
            self._close(place)
            return
        for depth in range(len(place) - 1, 0, -1):
            fields = self._fields.get(place[:depth])
            if fields is not None:
                fields["/".join(place[depth:])] = text
                return
        if len(place) == len(_SALES) + 1 and place[:-1] == _SALES:
            self._control[place[-1]] = text

    def _collect(self, text: str) -> None:
        self._events += 1
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise self._error(f"its element {self._path[-1]} is longer than {MOST_CHARACTERS} characters")
        self._text.append(text)

    def _close(self, place: tuple[str, ...]) -> None:
        fields = self._fields.pop(place)
        if place == _HEAD:
            self.head = self._read_head(fields)
        elif place == _CUSTOMER:
            number, name = fields.get("CustomerTaxID"), fields.get("CompanyName")
            self._customers[fields.get("CustomerID", "")] = (number, name)
        elif place == _LINE:
            self._add_line(fields)
        elif place == _WITHHOLDING:
            self._withholding += self._amount(fields, "WithholdingTaxAmount")
        else:
            if self.head is None:
                raise self._error("its documents stand before its Header")
            self._documents.append(self._read_document(fields))

    def _read_head(self, fields: dict[str, str]) -> SaftHead:
        version = fields.get("AuditFileVersion", "")
        if version != VERSION:
            raise self._error(f"it is of version “{version}”, and this program reads {VERSION}")
        return SaftHead(
            version=version,
            fiscal_id=fields.get("TaxRegistrationNumber", ""),
            first=self._day(fields, "StartDate"),
            last=self._day(fields, "EndDate"),
        )

    def _add_line(self, fields: dict[str, str]) -> None:
        credit = self._amount(fields, "CreditAmount") - self._amount(fields, "DebitAmount")
        has_rate = "Tax/TaxPercentage" in fields
        key = LineKey(
            region=fields.get("Tax/TaxCountryRegion") or None,
            rate=self._amount(fields, "Tax/TaxPercentage") if has_rate else None,
            code=fields.get("TaxExemptionCode") or None,
        )
        self._lines[key] += credit

    def _read_document(self, fields: dict[str, str]) -> SaftDocument:
        kind = fields.get("InvoiceType", "")
        sign = -1 if kind in _CREDIT_TYPES else 1
        customer = self._customers.get(fields.get("CustomerID", ""), (None, None))
        currency = "DocumentTotals/Currency/CurrencyCode"
        amount = "DocumentTotals/Currency/CurrencyAmount"
        return SaftDocument(
            number=" ".join(fields.get("InvoiceNo", "").split()),
            state=fields.get("DocumentStatus/InvoiceStatus", ""),
            kind=kind,
            date=self._day(fields, "InvoiceDate"),
            fiscal_id=customer[0],
            name=customer[1],
            net=self._amount(fields, "DocumentTotals/NetTotal"),
            tax=self._amount(fields, "DocumentTotals/TaxPayable"),
            gross=self._amount(fields, "DocumentTotals/GrossTotal"),
            withholding=self._withholding,
            currency=fields.get(currency) or None,
            currency_amount=self._amount(fields, amount) if amount in fields else None,
            lines={key: sign * own for key, own in self._lines.items()},
            is_cash_vat=fields.get("SpecialRegimes/CashVATSchemeIndicator") == "1",
        )

    def _read_control(self) -> SaftControl | None:
        if not self._control:
            return None
        entries = self._control.get("NumberOfEntries", "")
        if not (entries.isascii() and entries.isdecimal()):
            raise self._error(f"its NumberOfEntries is “{entries}”")
        debit, credit = self._amount(self._control, "TotalDebit"), self._amount(self._control, "TotalCredit")
        return SaftControl(int(entries), debit, credit)

    def _amount(self, fields: dict[str, str], name: str) -> Decimal:
        text = fields.get(name, "0")
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise self._error(
                f"{self._about(fields)}its {name} is “{text[:40]}”, which is no amount"
            ) from None
        if not amount.is_finite() or abs(amount) >= Decimal("1E15"):
            raise self._error(f"{self._about(fields)}its {name} is “{text[:40]}”, which is no amount")
        return amount

    def _day(self, fields: dict[str, str], name: str) -> dt.date:
        text = fields.get(name, "")
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise self._error(f"{self._about(fields)}its {name} is “{text[:40]}”, which is no day") from None

    def _about(self, fields: dict[str, str]) -> str:
        number = fields.get("InvoiceNo") or self._fields.get(_INVOICE, {}).get("InvoiceNo")
        return f"{number}: " if number else ""

    def _check_root(self, namespace: str, local: str) -> None:
        if local != "AuditFile" or namespace != NAMESPACE:
            found = f"{local} of {namespace or 'no namespace'}"
            raise self._error(
                f"it begins with {found[:120]}, and a SAF-T (PT) file {VERSION} begins otherwise"
            )

    def _refuse_doctype(self, *_: object) -> None:
        raise self._error("it declares entities or a document type, which no SAF-T file does")

    def _error(self, what: str) -> SaftError:
        sentence = (
            f"{self._name}: {what}. Export the file again, from InvoiceXpress or the tax authority's portal"
        )
        return SaftError(sentence)
