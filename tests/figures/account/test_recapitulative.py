"""Support for the recapitulative statement."""

from decimal import Decimal

from reports.figures.account.client_month import ClientMonth, FiledClient
from reports.figures.account.recapitulative import RecapitulativeRow
from reports.sandbox.documents import Raw
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper

SPANISH = {"id": 11, "name": "Ejemplo, S.L.", "country": "Spain", "fiscal_id": "ESB12345674"}


def sell(identity: int, net: str, code: str, kind: str = "Invoice", **client: object) -> Raw:
    return paper(identity, kind, net=net, rate="0", tax_exemption=code, client=SPANISH | client)


def part(client: int, *papers: Raw) -> ClientMonth:
    return build_month(*papers, client=FiledClient(client, f"#{client}", None))


def test_goods_services_and_what_has_no_number_are_lines_of_their_own() -> None:
    unnumbered, note = sell(5, "7", "M16", fiscal_id=None), sell(6, "0.99", "M16", "CreditNote")
    month = build_account_month(
        part(11, sell(1, "10.50", "M16"), sell(2, "20", "M40"), sell(3, "5", "M41")),
        part(12, sell(4, "30", "M16"), unnumbered, note),
    )
    rows = month.recapitulative
    found = [(row.vat_number, row.code, row.amount, row.documents, row.clients) for row in rows]
    assert found == [
        ("B12345674", "1", Decimal("39.51"), (1, 4, 6), (11, 12)),
        ("B12345674", "4", Decimal("5.00"), (3,), (11,)),
        ("B12345674", "5", Decimal("20.00"), (2,), (11,)),
        (None, "1", Decimal("7.00"), (5,), (12,)),
    ]
    field_7 = [row.amounts.net for row in month.vat_return if row.key.field == "7"]
    assert sum(row.amount for row in month.recapitulative) == sum(field_7)


def test_whole_euros_are_half_up_away_from_zero() -> None:
    def whole(amount: str) -> int:
        return RecapitulativeRow("ES", None, "1", Decimal(amount), (), ()).whole_euros

    assert [whole(amount) for amount in ("340.49", "340.50", "-340.50", "-0.49")] == [340, 341, -341, 0]
