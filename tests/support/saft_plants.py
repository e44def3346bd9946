"""Differences that are planted in a SAF-T file: what is changed in it, and what has to be found then."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from reports.sandbox.saft import NAMESPACE

NS = {"": NAMESPACE}


class Found(NamedTuple):
    """A difference as it has to be found."""

    kind: str
    number: str
    ours: str | None
    saft: str | None


class File:
    """A file under change; no document is changed twice."""

    def __init__(self, text: str) -> None:
        self._root = ET.fromstring(text)  # noqa: S314 - our own
        found = self._root.find("SourceDocuments/SalesInvoices", NS)
        assert found is not None
        self.sales = found
        self._used: set[str] = set()

    def write(self) -> bytes:
        ET.register_namespace("", NAMESPACE)
        written: bytes = ET.tostring(self._root, encoding="utf-8", xml_declaration=True)
        return written

    def take(self, suits: Callable[[Element], bool]) -> Element:
        """The first document that suits and was not changed yet."""
        for one in self.sales.findall("Invoice", NS):
            if number_of(one) not in self._used and suits(one):
                self._used.add(number_of(one))
                return one
        raise AssertionError("no document is left that suits")

    def customers(self) -> Iterator[tuple[str, str]]:
        """Id and tax number of each."""
        for one in self._root.iterfind("MasterFiles/Customer", NS):
            yield text_of(one, "CustomerID"), text_of(one, "CustomerTaxID")


Plant = Callable[[File], list[Found]]


@dataclass(frozen=True)
class Case:
    name: str
    plant: Plant


def text_of(element: Element, path: str) -> str:
    return element.findtext(path, namespaces=NS) or ""


def number_of(invoice: Element) -> str:
    return text_of(invoice, "InvoiceNo")


def leaf(element: Element, path: str) -> Element:
    found = element.find(path, NS)
    assert found is not None, path
    return found


def add(parent: Element, name: str, text: str = "") -> Element:
    made = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    made.text = text
    return made


def lines_of(invoice: Element) -> list[Element]:
    return invoice.findall("Line", NS)


def rates_of(invoice: Element) -> set[str]:
    return {text_of(one, "Tax/TaxPercentage") for one in lines_of(invoice)}


def is_of(prefix: str, *, withheld: bool = False, state: str = "N") -> Callable[[Element], bool]:
    """A document in euro with this prefix."""

    def suits(invoice: Element) -> bool:
        return (
            number_of(invoice).startswith(f"{prefix} ")
            and text_of(invoice, "DocumentStatus/InvoiceStatus") == state
            and invoice.find("DocumentTotals/Currency", NS) is None
            and (invoice.find("WithholdingTax", NS) is not None) == withheld
        )

    return suits


def is_plain(prefix: str, rate: str = "6", lines: int = 1) -> Callable[[Element], bool]:
    """Of so many lines, all of one rate whose tax names Portugal, so that what is found can be told."""
    base = is_of(prefix)
    return lambda one: base(one) and rates_of(one) == {rate} and len(lines_of(one)) == lines


def is_foreign(invoice: Element) -> bool:
    is_issued = text_of(invoice, "DocumentStatus/InvoiceStatus") == "N"
    return is_issued and invoice.find("DocumentTotals/Currency", NS) is not None


def shift(kind: str, path: str, suits: Callable[[Element], bool], by: str) -> Plant:
    """An amount of the document is another one."""

    def plant(file: File) -> list[Found]:
        invoice = file.take(suits)
        element = leaf(invoice, path)
        before = str(element.text)
        element.text = f"{Decimal(before) + Decimal(by)}"
        return [Found(kind, number_of(invoice), before, element.text)]

    return plant


def redate(suits: Callable[[Element], bool], day: str) -> Plant:
    def plant(file: File) -> list[Found]:
        invoice = file.take(lambda one: suits(one) and text_of(one, "InvoiceDate") != day)
        element = leaf(invoice, "InvoiceDate")
        before, element.text = element.text, day
        return [Found("date", number_of(invoice), before, day)]

    return plant


def restate(suits: Callable[[Element], bool], state: str) -> Plant:
    words = {"A": "cancelled", "N": "issued"}

    def plant(file: File) -> list[Found]:
        invoice = file.take(suits)
        element = leaf(invoice, "DocumentStatus/InvoiceStatus")
        before, element.text = str(element.text), state
        return [Found("state", number_of(invoice), words[before], words[state])]

    return plant


def resell(suits: Callable[[Element], bool], *, to_nobody: bool = False) -> Plant:
    """The document is another customer's."""

    def plant(file: File) -> list[Found]:
        numbers = {one: bare(number) for one, number in file.customers()} | {"0": "999999990"}
        invoice = file.take(lambda one: suits(one) and numbers[text_of(one, "CustomerID")] != "999999990")
        element = leaf(invoice, "CustomerID")
        before = numbers[str(element.text)]
        element.text = "0" if to_nobody else next(one for one, number in numbers.items() if number != before)
        return [Found("fiscal_id", number_of(invoice), before, numbers[element.text])]

    return plant


def bare(number: str) -> str:
    """Without its own country's letters and blanks."""
    text = "".join(number.split())
    return text[2:] if text[:2].isalpha() else text


def lose_customer(file: File) -> list[Found]:
    numbers = dict(file.customers())
    invoice = file.take(lambda one: is_of("FT")(one) and text_of(one, "CustomerID") != "0")
    element = leaf(invoice, "CustomerID")
    before, element.text = str(element.text), "nobody knows"
    return [Found("fiscal_id", number_of(invoice), bare(numbers[before]), "999999990")]


def remove(suits: Callable[[Element], bool]) -> Plant:
    def plant(file: File) -> list[Found]:
        invoice = file.take(suits)
        file.sales.remove(invoice)
        is_cancelled = text_of(invoice, "DocumentStatus/InvoiceStatus") == "A"
        ours = "cancelled" if is_cancelled else text_of(invoice, "DocumentTotals/GrossTotal")
        return [Found("missing-in-saft", number_of(invoice), ours, None)]

    return plant


def insert(suits: Callable[[Element], bool], number: str) -> Plant:
    """A copy under a number that the account does not know."""

    def plant(file: File) -> list[Found]:
        made = copy.deepcopy(file.take(suits))
        leaf(made, "InvoiceNo").text = number
        file.sales.append(made)
        return [Found("missing-here", number, None, text_of(made, "DocumentTotals/GrossTotal"))]

    return plant


def repeat(file: File) -> list[Found]:
    invoice = file.take(is_of("FT"))
    file.sales.append(copy.deepcopy(invoice))
    gross = text_of(invoice, "DocumentTotals/GrossTotal")
    return [Found("missing-here", number_of(invoice), None, gross)]


def renumber(file: File) -> list[Found]:
    """One is missing and one is too many."""
    invoice = file.take(is_of("FS"))
    number, gross = number_of(invoice), text_of(invoice, "DocumentTotals/GrossTotal")
    leaf(invoice, "InvoiceNo").text = "FS 2026/999001"
    return [
        Found("missing-in-saft", number, gross, None),
        Found("missing-here", "FS 2026/999001", None, gross),
    ]


def release(file: File) -> list[Found]:
    invoice = file.take(is_of("FT", withheld=True))
    element = leaf(invoice, "WithholdingTax")
    invoice.remove(element)
    return [Found("withholding", number_of(invoice), text_of(element, "WithholdingTaxAmount"), "0.00")]


def withhold(file: File) -> list[Found]:
    invoice = file.take(is_of("FT"))
    add(add(invoice, "WithholdingTax"), "WithholdingTaxAmount", "1.23")
    return [Found("withholding", number_of(invoice), "0.00", "1.23")]


def withhold_twice(file: File) -> list[Found]:
    invoice = file.take(is_of("FT", withheld=True))
    before = text_of(invoice, WITHHOLDING)
    add(add(invoice, "WithholdingTax"), "WithholdingTaxAmount", "0.01")
    return [Found("withholding", number_of(invoice), before, f"{Decimal(before) + Decimal('0.01')}")]


def amount_of(line: Element) -> Element:
    found = line.find("CreditAmount", NS)
    return found if found is not None else leaf(line, "DebitAmount")


def base_of(invoice: Element) -> str:
    total = sum((Decimal(amount_of(one).text or "0") for one in lines_of(invoice)), Decimal(0))
    return f"{total:.2f}"


def reprice(suits: Callable[[Element], bool], by: str, *, place: int = 0) -> Plant:
    """A line has another amount."""

    def plant(file: File) -> list[Found]:
        invoice = file.take(suits)
        before = base_of(invoice)
        element = amount_of(lines_of(invoice)[place])
        element.text = f"{Decimal(element.text or '0') + Decimal(by)}"
        said = f" (PT, {next(iter(rates_of(invoice)))} %)"
        return [Found("lines", number_of(invoice), f"{before}{said}", f"{base_of(invoice)}{said}")]

    return plant


def retax(suits: Callable[[Element], bool], path: str, value: str, *, was: str, now: str) -> Plant:
    """All lines are under another region, rate or code."""

    def plant(file: File) -> list[Found]:
        invoice = file.take(suits)
        base = base_of(invoice)
        for line in lines_of(invoice):
            leaf(line, path).text = value
        return [
            Found("lines", number_of(invoice), f"{base} ({was})", f"0.00 ({was})"),
            Found("lines", number_of(invoice), f"0.00 ({now})", f"{base} ({now})"),
        ]

    return plant


def drop_lines(suits: Callable[[Element], bool]) -> Plant:
    def plant(file: File) -> list[Found]:
        invoice = file.take(suits)
        base, rate = base_of(invoice), next(iter(rates_of(invoice)))
        for line in lines_of(invoice):
            invoice.remove(line)
        said = f" (PT, {rate} %)"
        return [Found("lines", number_of(invoice), f"{base}{said}", f"0.00{said}")]

    return plant


def swap_sides(file: File) -> list[Found]:
    """What was credited is debited."""
    invoice = file.take(is_plain("FT"))
    base = base_of(invoice)
    for line in lines_of(invoice):
        leaf(line, "CreditAmount").tag = f"{{{NAMESPACE}}}DebitAmount"
    return [Found("lines", number_of(invoice), f"{base} (PT, 6 %)", f"-{base} (PT, 6 %)")]


def is_any(prefix: str) -> Callable[[Element], bool]:
    """One that is not wanted where all lines have to be of one rate."""
    suits = is_of(prefix)
    return lambda one: suits(one) and rates_of(one).isdisjoint(("6", "0"))


def is_exempt(code: str) -> Callable[[Element], bool]:
    suits = is_plain("FT", "0")
    return lambda one: (
        suits(one)
        and text_of(one, "Line/TaxExemptionCode") == code
        and text_of(one, "Line/Tax/TaxCountryRegion") == "PT"
    )


FT, FR, FS, NC = map(is_any, ("FT", "FR", "FS", "NC"))
WITHHELD = is_of("FT", withheld=True)
GROSS, FOREIGN = "DocumentTotals/GrossTotal", "DocumentTotals/Currency/CurrencyAmount"
WITHHOLDING = "WithholdingTax/WithholdingTaxAmount"
CASES = tuple(
    Case(name, plant)
    for name, plant in {
        "an invoice is missing there": remove(FT),
        "an invoice-receipt is missing there": remove(FR),
        "a credit note is missing there": remove(NC),
        "a cancelled one is missing there": remove(is_of("FT", state="A")),
        "an invoice is missing here": insert(FT, "FT 2026/999002"),
        "one of another series is missing here": insert(FS, "FS LOJA-2/7"),
        "a credit note is missing here": insert(NC, "NC 2026/999003"),
        "one of an unknown prefix is missing here": insert(FT, "XX 2026/999004"),
        "a number twice": repeat,
        "another number": renumber,
        "a day earlier": redate(FT, "2026-10-01"),
        "a day later": redate(FR, "2026-10-31"),
        "a day of another month": redate(NC, "2026-11-01"),
        "a day of another year": redate(FS, "2025-10-05"),
        "cancelled there": restate(FT, "A"),
        "a credit note that is cancelled there": restate(NC, "A"),
        "cancelled here": restate(is_of("FT", state="A"), "N"),
        "a cent of net": shift("net", "DocumentTotals/NetTotal", FT, "0.01"),
        "less net": shift("net", "DocumentTotals/NetTotal", FR, "-1.00"),
        "net of a credit note": shift("net", "DocumentTotals/NetTotal", NC, "0.01"),
        "much more net": shift("net", "DocumentTotals/NetTotal", FS, "1000000.00"),
        "a cent of VAT": shift("tax", "DocumentTotals/TaxPayable", FT, "0.01"),
        "a cent less of VAT": shift("tax", "DocumentTotals/TaxPayable", FR, "-0.01"),
        "VAT of a credit note": shift("tax", "DocumentTotals/TaxPayable", NC, "2.00"),
        "a cent of gross": shift("gross", GROSS, FT, "0.01"),
        "gross less what is withheld": shift("gross", GROSS, WITHHELD, "-12.50"),
        "gross of a credit note": shift("gross", GROSS, NC, "-0.01"),
        "gross in another currency": shift("gross", FOREIGN, is_foreign, "0.01"),
        "a cent of withholding": shift("withholding", WITHHOLDING, WITHHELD, "0.01"),
        "no withholding": release,
        "withholding of which nothing is known": withhold,
        "two withholdings": withhold_twice,
        "another customer": resell(FT),
        "another customer of an invoice-receipt": resell(FR),
        "the final consumer": resell(NC, to_nobody=True),
        "a customer who is not in the file": lose_customer,
        "a line of two cents more": reprice(is_plain("FT"), "0.02"),
        "a line of two cents less": reprice(is_plain("FT", lines=2), "-0.02", place=1),
        "a line of a credit note": reprice(is_plain("NC"), "1.0000"),
        "lines without amounts": drop_lines(is_plain("FT")),
        "a line on the other side": swap_sides,
        "another rate": retax(is_plain("FT"), "Tax/TaxPercentage", "13", was="PT, 6 %", now="PT, 13 %"),
        "another region": retax(
            is_plain("FT"), "Tax/TaxCountryRegion", "PT-MA", was="PT, 6 %", now="PT-MA, 6 %"
        ),
        "another reason": retax(
            is_exempt("M16"), "TaxExemptionCode", "M30", was="PT, 0 %, M16", now="PT, 0 %, M30"
        ),
        "another country": retax(is_plain("FT"), "Tax/TaxCountryRegion", "ES", was="PT, 6 %", now="ES, 6 %"),
    }.items()
)
