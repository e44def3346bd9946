"""Reads SAF-T (PT) 1.04_01 as a stream: one document in memory at a time, whatever the size of the file.

Nothing of the file is trusted: entities and a DTD are refused, and what has more customers, characters or
levels than such a file can have. Every element of a line is a call of Python, so that what is not read costs
as little as can be: elements that are read are a tree of Places, and only the texts of its leaves are looked
at.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from xml.parsers import expat

from reports.errors import SaftError
from reports.figures.saft.saft_document import CREDIT_NOTE, LineKey, SaftControl, SaftDocument, SaftHead
from reports.figures.saft.saft_places import AUDIT_FILE, NAMESPACES, VERSION, Place, RecordName, build_places
from reports.money import ZERO

MOST_CHARACTERS = 1_000
MOST_WAITING_KB = 1024
"""A tag or comment that is not over yet stays in memory whole."""

MOST_DEPTH = 50
MOST_CUSTOMERS = 500_000
MOST_KEYS = 1_000
"""Of regions, rates and codes in one document."""

AGAIN = "Export the file again, from InvoiceXpress or the tax authority's portal"

_AMOUNT = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,20})?|\.[0-9]{1,20})")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_COUNT = re.compile(r"[0-9]{1,12}")
_QUOTED_CHARACTERS = 40

_Fields = dict[str, str]


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
        self._lines: dict[LineKey, Decimal] = defaultdict(Decimal)
        self._keys: dict[tuple[str | None, ...], LineKey] = {}
        self._withholding = ZERO
        self._invoice: _Fields = {}
        """What was read so far of the document whose lines are being read."""
        self._closing = {
            RecordName.HEADER: self._read_head,
            RecordName.CUSTOMER: self._add_customer,
            RecordName.INVOICE: self._add_document,
            RecordName.LINE: self._add_line,
            RecordName.WITHHOLDING: self._add_withholding,
            RecordName.SALES: self._read_control,
        }

    def read(self) -> Iterator[SaftDocument]:
        """The documents, in the order of the file. Raises SaftError."""
        parser = self._make_parser()
        fed = 0
        for chunk in self._chunks:
            self._feed(parser, chunk)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MOST_WAITING_KB * 1024:
                raise SaftError(f"{self._name}: one tag of it is longer than {MOST_WAITING_KB} KB. {AGAIN}")
            yield from self._take_documents()
        self._feed(parser, b"", is_last=True)
        yield from self._take_documents()
        if self.head is None:
            raise SaftError(f"{self._name}: it has no Header. {AGAIN}")

    def _feed(self, parser: expat.XMLParserType, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            raise SaftError(
                f"{self._name}: it is no whole XML (line {error.lineno}: “{said}”). {AGAIN}"
            ) from None
        except (LookupError, ValueError):
            # What Python says of an encoding that XML cannot be read in, or that is none.
            raise SaftError(
                f"{self._name}: its characters are in no encoding that this program knows. {AGAIN}"
            ) from None

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        here, passed_over = build_places(), Place()
        above: list[Place] = []
        pieces: list[str] = []

        def start(name: str, _: object) -> None:
            nonlocal here
            above.append(here)
            here = here.inside.get(name, passed_over)
            if here is passed_over:
                if not 1 < len(above) <= MOST_DEPTH:
                    self._refuse_place(name, depth=len(above))
            elif here.leaf:
                parser.CharacterDataHandler = collect
            elif here.record:
                self._begin(here)

        def end(_: str) -> None:
            nonlocal here
            if here.leaf:
                parser.CharacterDataHandler = None
                here.fields[here.leaf] = "".join(pieces).strip()
                pieces.clear()
            elif here.record:
                self._closing[here.record](here.fields)
            here = above.pop()

        def collect(text: str) -> None:
            pieces.append(text)
            self._check_length(pieces, here.leaf)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        return parser

    def _take_documents(self) -> list[SaftDocument]:
        found, self._documents = self._documents, []
        return found

    def _begin(self, place: Place) -> None:
        place.fields.clear()
        if place.record is RecordName.INVOICE:
            if self.head is None:
                raise SaftError(f"{self._name}: its documents stand before its Header. {AGAIN}")
            self._invoice = place.fields
            self._lines, self._withholding = defaultdict(Decimal), ZERO

    def _refuse_place(self, name: str, *, depth: int) -> None:
        if depth > 1:
            raise SaftError(f"{self._name}: its elements are nested deeper than {MOST_DEPTH}. {AGAIN}")
        namespace, _, local = name.rpartition(" ")
        found, space = _quote(local), _quote(namespace)
        if local == AUDIT_FILE and namespace.startswith(NAMESPACES):
            version = _quote(namespace.removeprefix(NAMESPACES))
            raise SaftError(
                f"{self._name}: it is of version “{version}”, and this program reads {VERSION}. {AGAIN}"
            )
        raise SaftError(
            f"{self._name}: it begins with “{found}” of “{space}”, and a SAF-T (PT) file begins with "
            f"{AUDIT_FILE}. {AGAIN}"
        )

    def _check_length(self, pieces: list[str], element: str) -> None:
        if sum(map(len, pieces)) > MOST_CHARACTERS:
            raise SaftError(
                f"{self._name}: its element {element} is longer than {MOST_CHARACTERS} characters. {AGAIN}"
            )

    def _refuse_doctype(self, *_: object) -> None:
        raise SaftError(
            f"{self._name}: it declares entities or a document type, which no SAF-T file does. {AGAIN}"
        )

    def _read_head(self, fields: _Fields) -> None:
        version = _quote(fields.get("AuditFileVersion", ""))
        if version != VERSION:
            raise SaftError(
                f"{self._name}: it is of version “{version}”, and this program reads {VERSION}. {AGAIN}"
            )
        self.head = SaftHead(
            version=version,
            fiscal_id=fields.get("TaxRegistrationNumber", ""),
            first=self._day(fields, "StartDate"),
            last=self._day(fields, "EndDate"),
        )

    def _add_customer(self, fields: _Fields) -> None:
        self._customers[fields.get("CustomerID", "")] = fields.get("CustomerTaxID"), fields.get("CompanyName")
        if len(self._customers) > MOST_CUSTOMERS:
            raise SaftError(f"{self._name}: it has more than {MOST_CUSTOMERS} customers. {AGAIN}")

    def _add_line(self, fields: _Fields) -> None:
        told = fields.get("TaxCountryRegion"), fields.get("TaxPercentage"), fields.get("TaxExemptionCode")
        key = self._keys.get(told)
        if key is None:
            region, percent, code = told
            rate = self._amount(fields, "TaxPercentage") if percent is not None else None
            key = LineKey(region or None, rate, code or None)
            # Few in any file of a business; whatever else comes is not kept.
            if len(self._keys) < MOST_KEYS:
                self._keys[told] = key
        self._lines[key] += self._amount(fields, "CreditAmount") - self._amount(fields, "DebitAmount")
        if len(self._lines) > MOST_KEYS:
            number = _quote(self._invoice.get("InvoiceNo", ""))
            raise SaftError(
                f"{self._name}: document {number} has more than {MOST_KEYS} kinds of tax. {AGAIN}"
            )

    def _add_withholding(self, fields: _Fields) -> None:
        self._withholding += self._amount(fields, "WithholdingTaxAmount")

    def _add_document(self, fields: _Fields) -> None:
        kind = fields.get("InvoiceType", "")
        customer = self._customers.get(fields.get("CustomerID", ""), (None, None))
        lines = dict(self._lines)
        self._documents.append(
            SaftDocument(
                number=" ".join(fields.get("InvoiceNo", "").split()),
                state=fields.get("InvoiceStatus", ""),
                kind=kind,
                date=self._day(fields, "InvoiceDate"),
                fiscal_id=customer[0],
                name=customer[1],
                net=self._amount(fields, "NetTotal"),
                tax=self._amount(fields, "TaxPayable"),
                gross=self._amount(fields, "GrossTotal"),
                withholding=self._withholding,
                currency=fields.get("CurrencyCode") or None,
                currency_amount=self._amount(fields, "CurrencyAmount")
                if "CurrencyAmount" in fields
                else None,
                lines={key: -own for key, own in lines.items()} if kind == CREDIT_NOTE else lines,
                is_cash_vat=fields.get("CashVATSchemeIndicator") == "1",
            )
        )
        self._invoice = {}

    def _read_control(self, fields: _Fields) -> None:
        if not fields:
            return
        entries = fields.get("NumberOfEntries", "")
        if not _COUNT.fullmatch(entries):
            said = _quote(entries)
            raise SaftError(f"{self._name}: its NumberOfEntries is “{said}”, which is no number. {AGAIN}")
        debit, credit = self._amount(fields, "TotalDebit"), self._amount(fields, "TotalCredit")
        self.control = SaftControl(int(entries), debit, credit)

    def _amount(self, fields: _Fields, element: str) -> Decimal:
        text = fields.get(element)
        if text is None:
            return ZERO
        if _AMOUNT.fullmatch(text):
            return Decimal(text)
        number, said = _quote(self._invoice.get("InvoiceNo", "")), _quote(text)
        if number:
            raise SaftError(
                f"{self._name}: the {element} of document {number} is “{said}”, which is no amount. {AGAIN}"
            )
        raise SaftError(f"{self._name}: its {element} is “{said}”, which is no amount. {AGAIN}")

    def _day(self, fields: _Fields, element: str) -> dt.date:
        text = fields.get(element, "")
        if written := _DAY.fullmatch(text):
            try:
                return dt.date.fromisoformat(written[1])
            except ValueError:
                pass
        number, said = _quote(self._invoice.get("InvoiceNo", "")), _quote(text)
        if number:
            raise SaftError(
                f"{self._name}: the {element} of document {number} is “{said}”, which is no day. {AGAIN}"
            )
        raise SaftError(f"{self._name}: its {element} is “{said}”, which is no day. {AGAIN}")


def _quote(text: str) -> str:
    """So much of a text of the file as may be shown, in one line."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * _QUOTED_CHARACTERS])
    return " ".join(line.split())[:_QUOTED_CHARACTERS]
