"""The elements of a SAF-T (PT) file that are read, as a tree in which a parser walks.

Names are those of the tax authority's schema, each after the namespace and a blank, as expat gives them.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

VERSION = "1.04_01"
NAMESPACES = "urn:OECD:StandardAuditFile-Tax:PT_"
NAMESPACE = f"{NAMESPACES}{VERSION}"
AUDIT_FILE = "AuditFile"


class RecordName(Enum):
    """An element whose leaves are read together."""

    HEADER = auto()
    CUSTOMER = auto()
    SALES = auto()
    INVOICE = auto()
    LINE = auto()
    WITHHOLDING = auto()


_SALES = "SourceDocuments/SalesInvoices"
_REGIMES = "SpecialRegimes/CashVATSchemeIndicator"
_TOTALS = (
    "DocumentTotals/TaxPayable DocumentTotals/NetTotal DocumentTotals/GrossTotal "
    "DocumentTotals/Currency/CurrencyCode DocumentTotals/Currency/CurrencyAmount"
)
_RECORDS = (
    (RecordName.HEADER, "Header", "AuditFileVersion TaxRegistrationNumber StartDate EndDate"),
    (RecordName.CUSTOMER, "MasterFiles/Customer", "CustomerID CustomerTaxID CompanyName"),
    (RecordName.SALES, _SALES, "NumberOfEntries TotalDebit TotalCredit"),
    (
        RecordName.INVOICE,
        f"{_SALES}/Invoice",
        f"InvoiceNo DocumentStatus/InvoiceStatus InvoiceDate InvoiceType CustomerID {_REGIMES} {_TOTALS}",
    ),
    (
        RecordName.LINE,
        f"{_SALES}/Invoice/Line",
        "CreditAmount DebitAmount Tax/TaxCountryRegion Tax/TaxPercentage TaxExemptionCode",
    ),
    (RecordName.WITHHOLDING, f"{_SALES}/Invoice/WithholdingTax", "WithholdingTaxAmount"),
)


@dataclass(slots=True, eq=False)
class Place:
    """An element: what is read `inside` it, by name.

    `record`: its leaves are read together, into `fields`. `leaf`: its text is read, into `fields` under this
    name, which are those of its record.
    """

    inside: dict[str, "Place"] = field(default_factory=dict)
    record: RecordName | None = None
    leaf: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def build_places() -> Place:
    """What is above the file's first element."""
    root = Place()
    for record, path, leaves in _RECORDS:
        place = _find(root, f"{AUDIT_FILE}/{path}")
        place.record = record
        for leaf in leaves.split():
            found = _find(place, leaf)
            found.leaf, found.fields = leaf.rpartition("/")[2], place.fields
    return root


def _find(place: Place, path: str) -> Place:
    for name in path.split("/"):
        place = place.inside.setdefault(f"{NAMESPACE} {name}", Place())
    return place
