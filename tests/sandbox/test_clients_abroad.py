"""Clients outside Portugal: exemptions by country, valid VAT numbers that are nobody's, sales under OSS."""

from stdnum.eu import vat

from reports.sandbox.data import SandboxAccount
from tests.support.sandbox_account import list_documents

NORTHERN_IRELAND = "UK"


def list_codes(account: SandboxAccount, client: int) -> set[str | None]:
    """The exemptions of a client's documents of October 2026."""
    papers = [one for one in account.documents[client] if one["date"].endswith("/10/2026")]
    return {one.get("tax_exemption") for one in papers}


def test_every_vat_number_is_valid_and_one_that_runs_1_2_3(account: SandboxAccount) -> None:
    prefixes = {"Spain": "ES", "Germany": "DE", "Greece": "EL", NORTHERN_IRELAND: "XI"}
    numbers = {one["country"]: one["fiscal_id"] for one in account.clients if one["fiscal_id"]}
    del numbers["Portugal"]
    assert {*numbers} == {*prefixes}
    for country, given in numbers.items():
        plain = given.replace(" ", "").removeprefix(prefixes[country])
        assert vat.is_valid(prefixes[country] + plain), given
        assert plain.lstrip("B").startswith("1234567")


def test_codes_of_october_are_those_of_each_country(account: SandboxAccount) -> None:
    assert {client: list_codes(account, client) for client in range(3100013, 3100019)} == {
        3100013: {"M16"},
        3100014: {"M16", "M40"},
        3100015: {"M41"},
        3100016: {"M16"},
        3100017: {"M05", "M44"},
        3100018: {"M16"},
    }
    countries = {one["id"]: one["country"] for one in account.clients}
    assert [countries[client] for client in range(3100013, 3100019)] == [
        *("Spain", "Germany", "Greece", NORTHERN_IRELAND, "Switzerland", "Netherlands")
    ]


def test_credit_notes_at_no_vat_are_on_this_quarter_and_on_the_one_before(account: SandboxAccount) -> None:
    days = {
        f"FT {one['inverted_sequence_number']}": one["date"]
        for one in list_documents(account)
        if one["type"] == "Invoice" and "inverted_sequence_number" in one
    }
    notes = {
        client: sorted(
            days[one["reference"]][3:] for one in account.documents[client] if one["type"] == "CreditNote"
        )
        for client in (3100013, 3100014)
    }
    assert notes == {3100013: ["09/2026", "10/2026"], 3100014: ["08/2026"]}


def test_sales_under_oss_are_ordinary_documents_of_consumers_in_the_union(account: SandboxAccount) -> None:
    papers = account.documents[3100006]
    assert {one["client"]["country"] for one in papers} == {"France"}
    of_this_year = [one for one in papers if one["date"].endswith("/2026")]
    assert {one["type"] for one in of_this_year} == {"Invoice", "InvoiceReceipt", "CreditNote", "Receipt"}
    foreign = {row["id"] for row in account.taxes if row["code"] == "OUT"}
    over_the_counter = {row["id"] for row in account.taxes if row["default_tax"]}
    assert {item["tax"]["id"] for one in papers for item in one["items"]} == foreign | over_the_counter


def test_credit_notes_under_oss_name_their_invoice_by_its_printed_number_or_name_none(
    account: SandboxAccount,
) -> None:
    papers = [*account.documents[3100006], *account.documents[3100019]]
    days = {
        f"FT {one['inverted_sequence_number']}": one["date"] for one in papers if one["type"] == "Invoice"
    }
    notes = [one for one in papers if one["type"] == "CreditNote"]
    assert all(one["date"].endswith("/10/2026") for one in notes)
    named = [f"{one['reference'] or ''} {one['observations'] or ''}" for one in notes]
    months = [days[number][3:] for text in named for number in days if text.strip().endswith(number)]
    assert (len(notes), sorted(months)) == (4, ["05/2026", "08/2026", "10/2026"])
