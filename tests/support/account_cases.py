"""The cases of `tests/figures/account/cases.csv`: each an account of one document, and where it has to stand.

The document is of 100.00 before VAT. `find_faults` judges the part of a run record that has `account_month`
and `findings`, whoever made it: the oracle, or the product.
"""

import calendar
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.account_oracle.account import RawAccount
from tests.support.account_oracle.findings import LEVELS

CASES = Path(__file__).parents[1] / "figures" / "account" / "cases.csv"
CLIENT, DOCUMENT = 7, 541_793
NET = Decimal(100)
TAX_FIELDS = {"1": "2", "5": "6", "3": "4"}
PREFIXES = {"CreditNote": "NC", "DebitNote": "ND", "VatMossInvoice": "FVM", "VatMossCreditNote": ""}
NIFS = {"PT123456789": "123456789"}
"""How Portuguese numbers are written in a list."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A row of the table, text as it stands there; "" is nothing, null in the record."""

    name: str
    account_region: str
    type: str
    status: str
    day: str
    rate: str
    tax_region: str
    code: str
    currency: str
    country: str
    vat_number: str
    region: str
    field: str
    outside: str
    kind: str
    row_country: str
    row_number: str
    findings: str
    rests_on: str

    @property
    def is_note(self) -> bool:
        return self.type in ("CreditNote", "VatMossCreditNote")

    @property
    def tax(self) -> Decimal:
        """The document's VAT."""
        return NET * Decimal(self.rate or 0) / 100


def read_cases() -> list[Case]:
    """Reads the table; its first lines are comments."""
    with CASES.open(encoding="utf-8", newline="") as file:
        return [Case(**row) for row in csv.DictReader(line for line in file if not line.startswith("#"))]


def make_account(case: Case) -> RawAccount:
    """Makes the account of a case: nothing is hidden, and the month is over."""
    day = date.fromisoformat(case.day)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    tax = {"id": 1, "name": f"IVA{case.rate}", "value": case.rate} if case.rate else None
    row = {"id": 1, "name": f"IVA{case.rate}", "value": case.rate, "region": case.tax_region or None}
    snapshot = {"id": CLIENT, "name": "Casa Verde", "country": case.country, "fiscal_id": case.vat_number}
    document = {
        "id": DOCUMENT,
        "type": case.type,
        "status": case.status or "final",
        "archived": False,
        "date": f"{day:%d/%m/%Y}",
        "due_date": f"{day:%d/%m/%Y}",
        "sequence_number": f"1/{day.year}",
        "inverted_sequence_number": f"{day.year}/1",
        "reference": None,
        "observations": None,
        "retention": None,
        "sum": NET,
        "discount": Decimal(0),
        "before_taxes": NET,
        "taxes": case.tax,
        "total": NET + case.tax,
        "currency": case.currency,
        "tax_exemption": case.code,
        "client": {name: value for name, value in snapshot.items() if value},
        "items": [
            {
                "name": "Serviço",
                "description": "",
                "unit_price": str(NET),
                "unit": "un",
                "quantity": "1.0",
                "tax": tax,
                "discount": Decimal(0),
                "subtotal": NET,
                "tax_amount": case.tax,
                "discount_amount": Decimal(0),
                "total": NET + case.tax,
            }
        ],
    }
    return RawAccount(
        documents={CLIENT: [document]},
        clients=[{"id": CLIENT, "name": "Casa Verde"}],
        taxes=[] if case.tax_region == "deleted" or not case.rate else [row],
        first=day.replace(day=1),
        last=last,
        read_on=last + timedelta(days=2),
        region=case.account_region,
    )


def find_faults(case: Case, record: Record) -> list[str]:
    """Says what of a record is not as the case has it."""
    month = record["account_month"]
    expected = {
        "vat_return": _expect_return(case),
        "outside": _expect_outside(case),
        "field_40": _expect_field_40(case),
        "recapitulative": _expect_statement(case),
        "oss": _expect_sales(case),
        "oss_corrections": [],
        "rounding": {"base": "0.00", "tax": "0.00"},
        "is_whole": True,
        "why": [],
        "clients": 1,
        "clients_of_account": 1,
        "region": case.account_region,
    }
    faults = [
        f"{name}: {month[name]} is not {rows}" for name, rows in expected.items() if month[name] != rows
    ]
    codes = sorted(one["code"] for one in record["findings"] if one["code"] in LEVELS)
    wrong = [one for one in record["findings"] if one["level"] != LEVELS.get(one["code"], one["level"])]
    faults += [f"found: {' '.join(codes)}"] if codes != sorted(case.findings.split()) else []
    return faults + [f"the level of {one['code']} is {one['level']}" for one in wrong]


def _expect_return(case: Case) -> list[Record]:
    if not case.field:
        return []
    tax = case.tax if case.field in TAX_FIELDS else Decimal(0)
    nothing = ("0.00", "0.00")
    amounts = (_write(NET), _write(tax))
    credited = (_write(-NET), _write(-tax))
    base, credit = (nothing, credited) if case.is_note else (amounts, nothing)
    return [
        {
            "region": case.region,
            "field": case.field,
            "tax_field": TAX_FIELDS.get(case.field),
            "rate": case.rate,
            "base": base[0],
            "tax": base[1],
            "tax_by_rate": base[1],
            "credit_base": credit[0],
            "credit_tax": credit[1],
            "documents": 1,
        }
    ]


def _expect_outside(case: Case) -> list[Record]:
    if not case.outside:
        return []
    sign = -1 if case.is_note else 1
    return [
        {
            "reason": case.outside,
            "code": (case.code or None) if case.outside == "code" else None,
            "currency": {"Euro": "EUR", "U.S. dollar": "USD", "Pound sterling": "GBP"}[case.currency],
            "region": case.region or None,
            "base": _write(sign * NET),
            "tax": _write(sign * case.tax),
            "documents": 1,
        }
    ]


def _expect_field_40(case: Case) -> list[Record]:
    if not case.is_note or (case.field not in TAX_FIELDS and case.outside != "rate"):
        return []
    return [
        {
            "client": CLIENT,
            "fiscal_id": NIFS.get(case.vat_number, case.vat_number) or None,
            "document": DOCUMENT,
            "number": f"{PREFIXES[case.type]} {case.day[:4]}/1",
            "date": case.day,
            "region": case.region,
            "rate": case.rate,
            "base": _write(NET),
            "tax": _write(case.tax),
        }
    ]


def _expect_statement(case: Case) -> list[Record]:
    if not case.kind:
        return []
    sign = -1 if case.is_note else 1
    return [
        {
            "country": case.row_country or None,
            "vat_number": case.row_number or None,
            "code": case.kind,
            "amount": _write(sign * NET),
            "whole_euros": sign * 100,
            "documents": [DOCUMENT],
        }
    ]


def _expect_sales(case: Case) -> list[Record]:
    if case.outside != "oss":
        return []
    sign = -1 if case.is_note else 1
    amounts = {"base": _write(sign * NET), "tax": _write(sign * case.tax)}
    return [{"country": case.region, "rate": case.rate, **amounts}]


def _write(amount: Decimal) -> str:
    return f"{amount + Decimal(0):.2f}"
