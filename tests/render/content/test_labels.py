"""Words, numbers and dates as the reader's country writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from reports.data.tables import read_table
from reports.figures import codes
from reports.figures.checks.finding import RULES, Finding
from reports.figures.totals import buckets
from reports.figures.vat.regions import SCHEMES
from reports.figures.vat.vat_rates import REGIONS
from reports.render.content import labels as words
from reports.render.content.labels import LOCALES, Labels
from tests.support.examples import examples

PT, EN, ES = Labels("pt"), Labels("en"), Labels("es")
CURRENCIES = sorted({row["iso_4217"] for row in read_table("currency-names")})
UNKNOWN_CURRENCIES = ["Doubloon", "?", "Moeda 1,234,567.89", "Ana's ¤ #,##0 {0}"]


@pytest.mark.parametrize(
    ("amount", "currency", "portuguese", "english"),
    [
        ("1234.50", "EUR", "1\xa0234,50\xa0€", "€1,234.50"),
        ("-1234.50", "EUR", "-1\xa0234,50\xa0€", "-€1,234.50"),
        ("0.00", "EUR", "0,00\xa0€", "€0.00"),
        ("-0.004", "EUR", "0,00\xa0€", "€0.00"),
        ("0.005", "EUR", "0,01\xa0€", "€0.01"),
        ("999999999999.99", "EUR", "999\xa0999\xa0999\xa0999,99\xa0€", "€999,999,999,999.99"),
        ("1234.5", "USD", "1\xa0234,50\xa0US$", "US$1,234.50"),
        ("1234.5", "CHF", "1\xa0234,50\xa0CHF", "CHF\xa01,234.50"),
        ("-1234.5", "CHF", "-1\xa0234,50\xa0CHF", "-CHF\xa01,234.50"),
        ("1234", "JPY", "1\xa0234,00\xa0JP¥", "JP¥1,234.00"),
        ("1234.5", "Moeda 2", "1\xa0234,50\xa0Moeda 2", "Moeda 2\xa01,234.50"),
    ],
)
def test_money_has_two_decimals_and_its_currency(
    amount: str, currency: str, portuguese: str, english: str
) -> None:
    assert PT.money(Decimal(amount), currency) == portuguese
    assert EN.money(Decimal(amount), currency) == english


def test_spain_writes_points_between_thousands() -> None:
    assert ES.money(Decimal("-1234.5"), "EUR") == "-1.234,50\xa0€"
    assert (ES.number(Decimal("12345.5")), ES.number(12345)) == ("12.345,50", "12.345")


@examples(200)
@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    st.sampled_from([*CURRENCIES, *UNKNOWN_CURRENCIES]),
    st.sampled_from([PT, EN, ES]),
)
def test_money_is_written_as_babel_writes_it(amount: Decimal, currency: str, labels: Labels) -> None:
    """But for the space between letters and digits, which Babel forgets."""
    written = format_currency(amount + 0, currency, locale=LOCALES[labels.language], currency_digits=False)
    assert labels.money(amount, currency).replace("\xa0", "") == written.replace("\xa0", "")


@examples(300)
@given(
    st.integers(-(10**12), 10**12)
    | st.decimals(-(10**12), 10**12, places=8)
    | st.decimals(-(10**3), 10**3, places=5)
    | st.sampled_from([Decimal(0), Decimal("1E+3"), Decimal("0.00005"), Decimal("999.99995")]),
    st.sampled_from([PT, EN, ES]),
)
def test_numbers_and_rates_are_written_as_babel_writes_them(number: Decimal | int, labels: Labels) -> None:
    locale = LOCALES[labels.language]
    if isinstance(number, int):
        assert labels.number(number) == format_decimal(number, locale=locale)
    else:
        assert labels.number(number) == format_decimal(number, "#,##0.00##", locale=locale)
        assert labels.percent(number) == format_percent(number / 100, "#,##0.####%", locale=locale)


@pytest.mark.parametrize(
    ("amount", "portuguese", "english"),
    [
        (Decimal("1234.5"), "1\xa0234,50", "1,234.50"),
        (Decimal("0.3333"), "0,3333", "0.3333"),
        (Decimal(-2), "-2,00", "-2.00"),
        (1234, "1\xa0234", "1,234"),
        (0, "0", "0"),
    ],
)
def test_numbers_are_grouped_and_counts_have_no_decimals(
    amount: Decimal | int, portuguese: str, english: str
) -> None:
    assert (PT.number(amount), EN.number(amount)) == (portuguese, english)


@pytest.mark.parametrize(
    ("rate", "portuguese", "english"),
    [("23.00", "23%", "23%"), ("5.50", "5,5%", "5.5%"), ("0.00", "0%", "0%"), ("19.6", "19,6%", "19.6%")],
)
def test_rates_are_percent_with_the_decimals_they_have(rate: str, portuguese: str, english: str) -> None:
    assert (PT.percent(Decimal(rate)), EN.percent(Decimal(rate))) == (portuguese, english)


@pytest.mark.parametrize("labels", [PT, EN, ES], ids=["pt", "en", "es"])
def test_a_day_is_written_day_month_and_four_digits_of_the_year(labels: Labels) -> None:
    assert labels.date(date(2026, 4, 3)) == "03/04/2026"
    instant = datetime(2026, 11, 2, 6, 30, 59, tzinfo=UTC).astimezone(ZoneInfo("Atlantic/Azores"))
    assert labels.instant(instant) == "02/11/2026 05:30"


def test_months_are_short_words() -> None:
    assert PT.month(date(2026, 10, 1)) == "out. 2026"
    assert EN.month(date(2026, 10, 1)) == "Oct 2026"


def test_statuses_are_the_vendors_own_words() -> None:
    keys = ["draft", "final", "sent", "second_copy", "settled", "canceled"]
    assert [PT.status(key) for key in keys] == [
        *("Rascunho", "Final", "Enviada", "2.ª via", "Paga", "Cancelada"),
    ]
    assert [PT.type(key) for key in ("Invoice", "CreditNote")] == ["Fatura", "Nota de crédito"]


@pytest.mark.parametrize("labels", [PT, EN, ES], ids=["pt", "en", "es"])
def test_what_is_unknown_is_shown_as_it_came(labels: Labels) -> None:
    assert labels.type("Brand new") == "Brand new"
    assert labels.status("strange") == "strange"
    assert labels.word(words.REASONS, "strange") == "strange"


def test_every_key_of_the_figures_has_a_word() -> None:
    assert {*words.TYPES} == {*codes.TYPES}
    assert {*words.STATUSES} >= {*codes.STATUSES}
    assert {*words.SCHEMES} == {*SCHEMES}
    assert {*words.REGIONS} == {*REGIONS}
    assert {*words.LEVELS} == {rule.level for rule in RULES.values()}
    said = [
        PT.type("Invoice"),
        PT.scheme("oss"),
        PT.word(words.STATES, "failed"),
        PT.word(words.LEVELS, "warning"),
        PT.word(words.HIDDEN, "settled"),
    ]
    assert said == ["Fatura", "OSS", "Falhou", "Aviso", "documentos pagos"]
    assert PT.word(words.REASONS, "draft") == "rascunho"


def test_buckets_are_said_in_words() -> None:
    names = buckets([30, 60, 90])
    assert [EN.bucket(name) for name in names] == [
        *("Not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days", "In your favour"),
    ]
    assert len({PT.bucket(name) for name in names} - {EN.bucket(name) for name in names}) == 6


@pytest.mark.parametrize(
    ("code", "portuguese", "english"),
    [
        *(("PT", "Continente", "Mainland"), ("PT-AC", "Açores", "Azores"), ("PT-MA", "Madeira", "Madeira")),
        *(("ES", "Espanha", "Spain"), ("GB", "Reino Unido", "United Kingdom"), ("XX", "XX", "XX")),
    ],
)
def test_a_region_is_a_part_of_portugal_or_a_country(code: str, portuguese: str, english: str) -> None:
    assert (PT.region(code), EN.region(code)) == (portuguese, english)


def test_a_region_that_is_undecided_is_said_so() -> None:
    assert EN.region(None) == "Undecided"
    assert PT.region(None) == ES.region(None) == "Por decidir"


def test_an_exemption_is_its_mention_and_the_law_it_names_in_portuguese() -> None:
    day = date(2026, 10, 5)
    said = "Artigo 16.º n.º 6 do CIVA · Artigo 16.º n.º 6 alíneas a) a d) do CIVA"
    assert EN.exemption("M01", day) == PT.exemption("M01", day) == said
    # The mention is the law itself.
    assert PT.exemption("M02", day) == "Artigo 6.º do Decreto-Lei n.º 198/90, de 19 de junho"
    assert [EN.exemption(code, day) for code in (None, "", "M98")] == [None] * 3


def test_an_exemption_is_worded_by_the_day() -> None:
    before, after = (PT.exemption("M10", day) for day in (date(2025, 8, 13), date(2025, 8, 14)))
    assert before == "IVA – regime de isenção · Artigo 57.º do CIVA"
    assert after == "IVA – regime de isenção · Artigo 53.º n.º 1 do CIVA"
    assert PT.exemption("M00", date(2026, 10, 5)) == "código antigo, fora da tabela em vigor"


def test_a_finding_is_said_in_the_readers_language() -> None:
    finding = Finding("EXEMPTION-MISSING", document=1, number="FT 2026/1")
    assert EN.finding(finding) == finding.message == "FT 2026/1 has a line at 0 % VAT and no exemption code."
    assert "FT 2026/1" in PT.finding(finding)
    assert PT.finding(finding) != finding.message


def test_the_page_says_which_portuguese_and_which_english_it_is() -> None:
    assert [own.html_language for own in (PT, EN, ES)] == ["pt-PT", "en-GB", "es-ES"]
    assert (PT.text("Documents"), EN.text("Documents")) == ("Documentos", "Documents")
    assert PT.text("never translated") == ES.text("never translated") == "never translated"


def test_a_buyer_without_a_tax_number_has_none_and_it_is_said() -> None:
    nobody = ("999999990", "PT 999 999 990", "", None)
    for labels, shown in ((PT, "sem NIF"), (EN, "no NIF"), (ES, "sin NIF")):
        assert {labels.fiscal_id(number) for number in nobody} == {shown}
        assert {labels.named_fiscal_id(number) for number in nobody} == {shown}
    assert (PT.fiscal_id("PT 123 456 780"), PT.named_fiscal_id("ES B12")) == ("123456780", "NIF ESB12")


@pytest.mark.parametrize("number", ["draft", "rascunho"])
def test_the_number_of_a_draft_is_a_word_of_the_language(number: str) -> None:
    assert [labels.document_number(number) for labels in (PT, EN, ES)] == ["rascunho", "draft", "borrador"]
    assert PT.document_number("FT 2026/1") == "FT 2026/1"


def test_a_receipt_has_the_word_for_its_type_before_its_number_and_no_code() -> None:
    said = [labels.receipt_number("Receipt", "2026/11") for labels in (PT, EN, ES)]
    assert said == ["Recibo 2026/11", "Receipt 2026/11", "Recibo 2026/11"]
    assert PT.receipt_number("VatMossReceipt", "2026/1") == "Recibo OSS 2026/1"


@pytest.mark.parametrize(
    ("code", "found", "portuguese"),
    [
        ("LINES-NET", "1234.5", "1\xa0234,50"),
        ("LINES-NET", "-0.125", "-0,125"),
        ("LINES-NET", "None", "None"),
        ("TAX-RESOLVED", "23", "23"),
        ("TAX-RESOLVED", "5.5", "5,5"),
        ("DUE-DATE-MISSING", "1234", "1\xa0234"),
        ("PERIOD-NOT-OVER", "2026-10-20", "20/10/2026"),
        ("FILTER-HIDES", "final, InvoiceReceipt", "documentos por liquidar, faturas-recibo"),
        ("NIF-INVALID", "500000011", "500000011"),
        ("NIF-INVALID", None, None),
    ],
)
def test_a_value_of_a_finding_is_written_as_the_language_writes_it(
    code: str, found: str | None, portuguese: str | None
) -> None:
    finding = Finding(code, number="draft", expected="2026-10-31", found=found)
    assert PT.finding_value(finding, "found") == portuguese
    assert str(portuguese) in PT.finding(finding)


def test_only_amounts_are_numbers_beside_a_finding() -> None:
    assert Finding("LINES-NET", found="1234.50").read_amount("found") == Decimal("1234.50")
    for finding in (
        Finding("LINES-NET", found="None"),
        Finding("LINES-NET"),
        Finding("TAX-RESOLVED", found="23"),
        Finding("NIF-INVALID", found="500000011"),
    ):
        assert finding.read_amount("found") is None


@pytest.mark.parametrize("labels", [EN, PT, ES])
def test_no_mark_of_the_documentation_is_shown(labels: Labels) -> None:
    shown = [
        text for code in RULES for text in (labels.remedy(Finding(code)), labels.text(RULES[code].sentence))
    ]
    assert [text for text in shown if "`" in text] == []


def test_what_to_do_is_said_in_the_readers_language() -> None:
    finding = Finding("WITHHOLDING-UNREADABLE", number="FT 2026/1", found="x")
    assert [labels.remedy(finding) for labels in (EN, PT, ES)] == [
        "Look at the document's withholding in InvoiceXpress.",
        "Veja a retenção do documento no InvoiceXpress.",
        "Vea la retención del documento en InvoiceXpress.",
    ]
