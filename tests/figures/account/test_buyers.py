"""The country and the VAT number of the client on a document."""

from datetime import date

import pytest

from reports.figures.account.buyers import Buyer, KnownBuyer, find_buyer
from reports.figures.document import Snapshot

DAY = date(2026, 10, 5)
NOBODY = Snapshot(*[None] * len(Snapshot._fields))


def find(country: str | None = None, fiscal_id: str | None = None, known: KnownBuyer | None = None) -> Buyer:
    return find_buyer(NOBODY._replace(country=country, fiscal_id=fiscal_id), known or KnownBuyer())


@pytest.mark.parametrize(
    ("country", "fiscal_id", "buyer"),
    [
        ("Spain", "ESB12345674", Buyer("ES", "ES", "B12345674")),
        ("Espanha", "B12345674", Buyer("ES", "ES", "B12345674")),
        ("Spain", "es b-1234567.4", Buyer("ES", "ES", "B12345674")),
        ("Spain", "ESB12345678", Buyer("ES", "ES", None)),
        ("Greece", "EL094259216", Buyer("GR", "EL", "094259216")),
        ("Greece", "GR094259216", Buyer("GR", "EL", "094259216")),
        ("UK", "XI980780684", Buyer("GB", "XI", "980780684")),
        ("UK", "GB980780684", Buyer("GB", "GB", None)),
        ("United States", "ESB12345674", Buyer("US", "ES", "B12345674")),
        ("Portugal", "PT500000011", Buyer("PT", "PT", None)),
        ("Angola", "5000000110", Buyer("AO", "AO", None)),
        (None, "ESB12345674", Buyer("ES", "ES", "B12345674")),
        (None, "XI980780684", Buyer("GB", "XI", "980780684")),
        (None, "500000011", Buyer(None, None, None)),
        ("Atlantis", None, Buyer(None, None, None)),
        (None, None, Buyer(None, None, None)),
    ],
)
def test_country_prefix_and_number_of_a_snapshot(
    country: str | None, fiscal_id: str | None, buyer: Buyer
) -> None:
    assert find(country, fiscal_id) == buyer


def test_what_the_document_does_not_say_the_account_knows() -> None:
    known = KnownBuyer("France", "FR83404833048")
    assert find(known=known) == Buyer("FR", "FR", "83404833048")
    assert find("Spain", "ESB12345674", known) == Buyer("ES", "ES", "B12345674")


def test_the_country_is_abroad_in_the_union_on_its_days() -> None:
    assert find("Spain").is_abroad_in_union(DAY)
    assert not find("Portugal").is_abroad_in_union(DAY)
    assert not find().is_abroad_in_union(DAY)
    assert find("UK").is_abroad_in_union(date(2020, 12, 31))
    assert not find("UK").is_abroad_in_union(date(2021, 1, 1))
