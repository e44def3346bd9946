"""Whose VAT a line is: the five steps, the first that applies, and undecided rather than guessed."""

from decimal import Decimal

import pytest

from reports.figures.vat.line_items import complete_documents
from reports.figures.vat.regions import SCHEMES
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.sandbox.documents import Raw, line
from tests.support.papers import ANA, paper, parsed, vat

TODAY = "05/10/2026"
UNKNOWN_ID: Raw = {}
"""The account says nothing of the tax."""


def place(
    rate: str | None,
    *,
    region: str | Raw | None = None,
    country: str | None = None,
    own: str = "PT",
    day: str = TODAY,
    exemption: str | None = None,
    kind: str = "Invoice",
    said: str | None = None,
) -> tuple[str, str | None]:
    """Scheme and region of a line at `rate`.

    `region` is the account's word on its tax, `country` the document's on the client, `said` the account's.
    """
    tax = vat(rate) if rate else None
    known = {} if tax is None or isinstance(region, dict) else {str(tax.id): KnownTax(region, tax.value)}
    raw = paper(kind=kind, lines=[line("a", "100", tax=tax)], client=ANA | {"country": country}, date=day)
    taxation = Taxation(known, own, said)
    (document,) = complete_documents(parsed(raw | {"tax_exemption": exemption}), taxation)
    (item,) = document.items
    assert item.scheme in SCHEMES
    return item.scheme, item.region


@pytest.mark.parametrize("kind", ["VatMossInvoice", "VatMossCreditNote"])
@pytest.mark.parametrize(
    ("region", "country", "day", "expected"),
    [
        ("ES", None, TODAY, ("oss", "ES")),
        ("ES", "France", TODAY, ("oss", "ES")),
        # No country of the Union by its tax: the client's.
        (None, "France", TODAY, ("oss", "FR")),
        (UNKNOWN_ID, "França", TODAY, ("oss", "FR")),
        ("Desconhecido", "de", TODAY, ("oss", "DE")),
        ("PT", "Spain", TODAY, ("oss", "ES")),
        ("PT-MA", "Spain", TODAY, ("oss", "ES")),
        ("US", "Spain", TODAY, ("oss", "ES")),
        ("GB", "Spain", TODAY, ("oss", "ES")),
        ("GB", "Spain", "31/12/2020", ("oss", "GB")),
        (None, "United States", TODAY, ("foreign", "US")),
        # Never Portugal.
        ("PT", "Portugal", TODAY, ("oss", None)),
        (None, None, TODAY, ("oss", None)),
        (None, "Atlantis", TODAY, ("oss", None)),
    ],
)
def test_step_1_oss_types_are_where_the_tax_or_the_client_is_and_never_in_portugal(
    kind: str, region: str | Raw | None, country: str | None, day: str, expected: tuple[str, str | None]
) -> None:
    for rate, exemption in (("23", None), ("0", "M99")):
        found = place(rate, region=region, country=country, day=day, kind=kind, exemption=exemption)
        assert found == expected


@pytest.mark.parametrize(
    ("region", "country", "own", "expected"),
    [
        ("PT-MA", None, "PT", "PT-MA"),
        ("pt-ac ", "Spain", "PT", "PT-AC"),
        (None, "Spain", "PT", "PT"),
        ("ES", "Spain", "PT", "PT"),
        ("Desconhecido", "Spain", "PT-MA", "PT-MA"),
        (UNKNOWN_ID, "United States", "PT-AC", "PT-AC"),
    ],
)
def test_step_2_what_is_exempt_is_portuguese_and_never_oss(
    region: str | Raw | None, country: str | None, own: str, expected: str
) -> None:
    assert place("0", region=region, country=country, own=own, exemption="M16") == ("pt", expected)


def test_step_2_needs_an_exemption_code_and_a_rate_of_zero() -> None:
    assert place("0", region="ES", exemption=None) == ("oss", "ES")
    assert place("0", region="ES", exemption=" ") == ("oss", "ES")
    assert place("21", region="ES", exemption="M16") == ("oss", "ES")


@pytest.mark.parametrize(
    ("region", "country", "expected"),
    [
        ("PT", "Spain", ("pt", "PT")),
        ("PT-AC", None, ("pt", "PT-AC")),
        (" pt-ma\n", None, ("pt", "PT-MA")),
        ("P T-AC", None, ("pt", "PT-AC")),
        ("ES", None, ("oss", "ES")),
        ("es", "Portugal", ("oss", "ES")),
        ("EL", None, ("oss", "GR")),
        ("GR", None, ("oss", "GR")),
        ("GB", None, ("foreign", "GB")),
        ("AO", None, ("foreign", "AO")),
        ("XX", None, ("pt", None)),
        ("Continente", "Portugal", ("pt", None)),
        # Unknown to the vendor is where the client is; Portugal or none is as if it named no region.
        ("Desconhecido", "Spain", ("oss", "ES")),
        (" desconhecido ", "United Kingdom", ("foreign", "GB")),
        ("DESCONHECIDO", "Portugal", ("pt", "PT")),
        ("Desconhecido", None, ("pt", "PT")),
        ("Desconhecido", "Atlantis", ("pt", None)),
    ],
)
def test_step_3_a_tax_that_names_a_region_is_believed(
    region: str, country: str | None, expected: tuple[str, str | None]
) -> None:
    assert place("23", region=region, country=country) == expected


@pytest.mark.parametrize(
    ("rate", "own", "country", "day", "expected"),
    [
        # The account's own region had the rate on that day.
        ("23", "PT", None, TODAY, "PT"),
        ("23", "PT", "Spain", TODAY, "PT"),
        ("22", "PT-MA", "Spain", TODAY, "PT-MA"),
        ("4", "PT-AC", None, TODAY, "PT-AC"),
        ("4", "PT-MA", None, TODAY, "PT-MA"),
        ("0", "PT-AC", "Spain", TODAY, "PT-AC"),
        # Before the first row of its own region nothing is claimed: any rate is its own.
        ("17", "PT", None, "30/06/2010", "PT"),
        ("15", "PT-AC", "Spain", "30/06/2015", "PT-AC"),
        ("20", "PT-MA", None, "31/03/2012", "PT-MA"),
        # Else, for a client at home, the only region that had it.
        ("22", "PT", None, TODAY, "PT-MA"),
        ("16", "PT", "Portugal", TODAY, "PT-AC"),
        ("23", "PT-MA", "pt", TODAY, "PT"),
        ("18", "PT", None, "30/06/2021", "PT-AC"),
        ("5", "PT", None, "30/09/2024", "PT-MA"),
        ("4", "PT", None, "30/09/2024", "PT-AC"),
        # More regions than one, none, or a client abroad: undecided.
        ("4", "PT", None, "01/10/2024", None),
        ("18", "PT", None, "01/07/2021", None),
        ("21", "PT", "Portugal", TODAY, None),
        ("22", "PT", "Spain", TODAY, None),
        ("16", "PT", "Atlantis", TODAY, None),
    ],
)
def test_step_4_a_tax_without_a_region_is_the_accounts_own_or_the_only_one_with_the_rate(
    rate: str, own: str, country: str | None, day: str, expected: str | None
) -> None:
    assert place(rate, own=own, country=country, day=day) == ("pt", expected)
    assert place(rate, own=own, country=country, day=day, region="  ") == ("pt", expected)


@pytest.mark.parametrize(
    ("rate", "country", "expected"),
    [
        ("23", None, "PT"),
        ("23", "Portugal", "PT"),
        ("22", "PT", "PT-MA"),
        # Ireland's, Italy's and the Netherlands' rates too.
        ("23", "Ireland", None),
        ("22", "Italy", None),
        ("9", "Netherlands", None),
        ("23", "Angola", None),
        ("23", "Atlantis", None),
        ("0", "Spain", None),
        ("19", None, None),
    ],
)
def test_step_5_of_an_unknown_tax_nothing_is_guessed_for_a_client_abroad(
    rate: str, country: str | None, expected: str | None
) -> None:
    assert place(rate, region=UNKNOWN_ID, country=country) == ("pt", expected)


def test_a_line_without_a_rate_is_in_no_region() -> None:
    assert place(None) == ("pt", None)
    assert place(None, kind="VatMossInvoice", country="Spain") == ("oss", None)


@pytest.mark.parametrize(
    ("country", "said", "expected"),
    [
        ("Spain", "Portugal", "ES"),
        (None, "Spain", "ES"),
        (" ", "Spain", "ES"),
        ("Atlantis", "Spain", "ES"),
        ("Atlantis", "Portugal", "PT"),
        ("Atlantis", None, None),
        (None, "Atlantis", None),
        (None, None, "PT"),
    ],
)
def test_the_documents_own_word_on_the_clients_country_goes_before_the_accounts(
    country: str | None, said: str | None, expected: str | None
) -> None:
    _, region = place("23", region="Desconhecido", country=country, said=said)
    assert region == expected


def test_a_country_is_in_the_union_by_the_documents_day() -> None:
    assert place("20", region="GB", day="31/12/2020") == ("oss", "GB")
    assert place("20", region="GB", day="01/01/2021") == ("foreign", "GB")
    assert place("25", region="HR", day="30/06/2013") == ("foreign", "HR")
    assert place("25", region="HR", day="01/07/2013") == ("oss", "HR")


def test_a_document_without_a_day_is_told_by_what_holds_now() -> None:
    client = ANA | {"country": None}
    raw = paper(status="draft", date="soon", lines=[line("a", "1", tax=vat("16"))], client=client)
    (document,) = complete_documents(parsed(raw), Taxation())
    assert [(item.scheme, item.region, item.rate) for item in document.items] == [
        ("pt", "PT-AC", Decimal(16))
    ]
