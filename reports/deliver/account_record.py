"""What the run record, `run.json`, has of the account as a whole: its month and its findings."""

from collections.abc import Mapping
from decimal import Decimal

from reports.deliver.record import describe_finding
from reports.figures.account.account_month import AccountMonth
from reports.figures.account.field_40 import CreditedVat
from reports.figures.account.series import SeriesRow
from reports.figures.account.vat_return import OutsideRow, ReturnRow
from reports.figures.checks.finding import Finding
from reports.figures.saft.compare import SaftResult
from reports.figures.vat.vat_rows import rate_text
from reports.money import ZERO


def describe_month(month: AccountMonth) -> Mapping[str, object]:
    """Describes the account's month: amounts are decimal text, rates plain text in percent, days ISO.

    `base` and `tax` of a field are those of invoices.
    """
    return {
        "is_whole": month.is_whole,
        "why": list(month.why),
        "clients": month.coverage.clients,
        "clients_of_account": month.coverage.clients_of_account,
        "region": month.region,
        "vat_return": [_describe_field(row) for row in month.vat_return],
        "outside": [_describe_outside(row) for row in month.outside],
        "rounding": {"base": str(month.rounding.base), "tax": str(month.rounding.tax)},
        "field_40": [_describe_credit(credit) for credit in month.field_40],
        "recapitulative": [
            {
                "country": row.country,
                "vat_number": row.vat_number,
                "code": row.code,
                "amount": str(row.amount),
                "whole_euros": row.whole_euros,
                "documents": list(row.documents),
            }
            for row in month.recapitulative
        ],
        "oss": [
            {"country": row.country, "rate": rate_text(row.rate), **_describe_amounts(row.base, row.tax)}
            for row in month.oss.rows
        ],
        "oss_corrections": [
            {"country": row.country, "quarter": row.quarter, **_describe_amounts(row.base, row.tax)}
            for row in month.oss.corrections
        ],
        "series": [_describe_series(row) for row in month.series],
        "saft": describe_saft(month.saft) if month.saft else None,
    }


def describe_account_finding(finding: Finding, client: int | None) -> Mapping[str, object]:
    """Describes a finding of the account, and the client it shows at."""
    return {**describe_finding(finding), "client": client}


def describe_saft(result: SaftResult) -> Mapping[str, object]:
    """Describes what the account's SAF-T file differs in; `control` has ours and theirs, None for none.

    `other_currencies` is what of theirs is of documents in other currencies, in euro.
    """
    ours, theirs = result.ours, result.theirs
    return {
        "state": result.state,
        "why": result.why,
        "differences": [difference._asdict() for difference in result.differences],
        "control": {
            "debit": [ours and str(ours.debit), theirs and str(theirs.debit)],
            "credit": [ours and str(ours.credit), theirs and str(theirs.credit)],
            "entries": [ours and ours.entries, theirs and theirs.entries],
        },
        "other_currencies": {
            "debit": str(result.foreign.debit),
            "credit": str(result.foreign.credit),
            "entries": result.foreign.entries,
        },
        "uncompared": result.uncompared,
        "cash_vat": result.is_cash_vat,
    }


def _describe_field(row: ReturnRow) -> Mapping[str, object]:
    return {
        "region": row.key.region,
        "field": row.key.field,
        "tax_field": row.tax_field,
        "rate": rate_text(row.key.rate),
        **_describe_amounts(row.amounts.base, row.amounts.tax),
        "tax_by_rate": str(row.tax_by_rate),
        "credit_base": str(row.amounts.credit_base),
        "credit_tax": str(row.amounts.credit_tax),
        "documents": row.amounts.documents,
    }


def _describe_outside(row: OutsideRow) -> Mapping[str, object]:
    return {
        "reason": row.key.reason,
        "code": row.key.code,
        "currency": row.key.currency,
        "region": row.key.region,
        **_describe_amounts(row.amounts.net, row.amounts.vat),
        "documents": row.amounts.documents,
    }


def _describe_credit(credit: CreditedVat) -> Mapping[str, object]:
    return {
        "client": credit.client,
        "fiscal_id": credit.fiscal_id,
        "document": credit.document,
        "number": credit.number,
        "date": credit.date.isoformat(),
        "region": credit.region,
        "rate": rate_text(credit.rate),
        **_describe_amounts(credit.base, credit.tax),
    }


def _describe_series(row: SeriesRow) -> Mapping[str, object]:
    return {
        "type": row.type,
        "series": row.series,
        "first": row.first,
        "last": row.last,
        "documents": row.documents,
        "missing": None if row.missing is None else list(row.missing),
        "backwards": None if row.backwards is None else list(row.backwards),
    }


def _describe_amounts(base: Decimal, tax: Decimal) -> Mapping[str, str]:
    # A sum of nothing has no sign.
    return {"base": str(base or ZERO), "tax": str(tax or ZERO)}
