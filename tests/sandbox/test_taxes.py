"""The account's taxes: what `/taxes.json` says of those that documents bear."""

from collections import Counter
from decimal import Decimal

from reports.sandbox.data import SandboxAccount
from tests.support.sandbox_account import list_documents


def test_the_list_of_taxes_knows_all_but_one_and_leaves_two_regions_open(account: SandboxAccount) -> None:
    rows = {row["id"]: row for row in account.taxes}
    assert {(row["name"], row["region"]) for row in account.taxes} >= {
        *(("IVA23", None), ("IVA6", "PT"), ("IVA4 (Madeira)", "PT-MA"), ("IVA4 (Açores)", "PT-AC")),
        *(("ES21", "ES"), ("FR5.5", "Desconhecido"), ("Isento", "PT")),
    }
    regions = Counter(row["region"] for row in account.taxes)
    assert (regions[None], regions["Desconhecido"]) == (1, 1)
    assert {row["code"] for row in account.taxes} == {"NOR", "INT", "RED", "ISE", "OUT"}
    assert [row["name"] for row in account.taxes if row["default_tax"]] == ["IVA23"]
    used = {
        item["tax"]["id"]: item["tax"]
        for one in list_documents(account)
        for item in one["items"]
        if item["tax"]
    }
    assert {tax["name"] for identity, tax in used.items() if identity not in rows} == {"IVA 23%"}
    assert all(Decimal(str(used[identity]["value"])) == row["value"] for identity, row in rows.items())
