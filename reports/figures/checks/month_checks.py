"""Checks of the account's month: what the one who files has to look at before using it."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.coverage import AccountDocument
from reports.figures.account.vat_return import ReturnRow
from reports.figures.checks.account_checks import ClientFinding
from reports.figures.checks.finding import Finding
from reports.money import ZERO

FIELD_DIFFERENCE, NEGATIVE_LINE, FORGOTTEN = "FIELD-DIFFERENCE", "NEGATIVE-LINE", "FORGOTTEN-DOCUMENTS"

MOST_DIFFERENCE = Decimal("4.99")
"""How far the VAT of a field may be off its base × rate: the form's limit, by the chamber of accountants."""
NAMED_AT_MOST = 5


def check_month(month: AccountMonth) -> Iterator[ClientFinding]:
    """Forgotten documents client by client, fields whose VAT is off, negative recapitulative lines."""
    forgotten: dict[tuple[int | None, str | None], list[AccountDocument]] = defaultdict(list)
    for document in month.forgotten:
        forgotten[document.client_id, document.client_name].append(document)
    for (client, name), documents in forgotten.items():
        numbers = [document.number or f"#{document.id}" for document in documents[:NAMED_AT_MOST]]
        numbers += ["…"] if len(documents) > NAMED_AT_MOST else []
        finding = Finding(
            FORGOTTEN, number=", ".join(numbers), field=name or f"#{client}", found=str(len(documents))
        )
        yield ClientFinding(finding, client)
    fields: dict[tuple[str, str], list[ReturnRow]] = defaultdict(list)
    for row in month.vat_return:
        fields[row.key.region, row.key.field].append(row)
    for (region, field), rows in fields.items():
        expected = sum((row.tax_by_rate for row in rows), ZERO)
        found = sum((row.amounts.tax for row in rows), ZERO)
        if abs(found - expected) > MOST_DIFFERENCE:
            finding = Finding(
                FIELD_DIFFERENCE,
                number=region,
                field=field,
                expected=f"{expected}",
                found=f"{found}",
                difference=f"{found - expected}",
            )
            yield ClientFinding(finding)
    for line in month.recapitulative:
        if line.amount < 0:
            number = " ".join(filter(None, (line.country, line.vat_number)))
            finding = Finding(NEGATIVE_LINE, number=number or None, field=line.code, found=f"{line.amount}")
            yield ClientFinding(finding, line.clients[0] if len(line.clients) == 1 else None)
