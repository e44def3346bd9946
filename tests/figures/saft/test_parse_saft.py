"""Reading SAF-T: what is read, and that nothing a file may hold is more than a sentence."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ExitCode, SaftError
from reports.figures.saft.parse_saft import MOST_CHARACTERS, MOST_DEPTH, MOST_KEYS, SaftParser
from reports.figures.saft.saft_document import LineKey, SaftControl
from reports.figures.saft.saft_places import NAMESPACE
from reports.sandbox.data import SandboxAccount
from reports.sandbox.saft_export import write_month
from tests.support.examples import examples
from tests.support.saft import BEGIN_SALES, END, FILE, HEAD, INVOICE, LINE, read_all
from tests.support.sandbox_account import build_small_account

NAME = "saft.xml"
BOMB = (
    '<!DOCTYPE a [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)
EXTERNAL = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]>'


def failure_of(text: str | bytes, *, chunk: int = 1000) -> str:
    """The sentence that a file ends with; it names the file and says what to do."""
    data = text.encode() if isinstance(text, str) else text
    pieces = (data[start : start + chunk] for start in range(0, len(data), chunk))
    with pytest.raises(SaftError) as caught:
        list(SaftParser(pieces, name=NAME).read())
    said = str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE
    assert said.startswith(f"{NAME}: ")
    assert said.endswith("Export the file again, from InvoiceXpress or the tax authority's portal")
    assert said.isprintable()
    assert len(said) < 400
    return said


def test_a_document_is_read_with_its_customer_and_its_lines() -> None:
    (found,) = read_all(FILE)
    assert (found.number, found.state, found.kind, found.date) == ("FT 2026/7", "N", "FT", date(2026, 10, 5))
    assert (found.fiscal_id, found.name) == ("123456789", "Ana & Filhos")
    assert (found.net, found.tax, found.gross) == (Decimal(10), Decimal("2.30"), Decimal("12.30"))
    assert found.lines == {LineKey("PT", Decimal(23), None): Decimal(10)}
    assert found.withholding == Decimal(0)
    assert (found.currency, found.currency_amount, found.is_cash_vat) == (None, None, False)


def test_lines_add_up_by_region_rate_and_code() -> None:
    exempt = "<TaxExemptionCode>M07</TaxExemptionCode></Line>"
    more = [
        LINE,
        LINE.replace("CreditAmount", "DebitAmount").replace("10.0", "1.5"),
        LINE.replace(">23<", ">0<"),
    ]
    more[2] = more[2].replace("</Line>", exempt)
    (found,) = read_all(FILE.replace(LINE, LINE + "".join(more)))
    assert found.lines == {
        LineKey("PT", Decimal(23), None): Decimal("18.5"),
        LineKey("PT", Decimal(0), "M07"): Decimal(10),
    }


def test_a_credit_note_is_above_zero() -> None:
    text = FILE.replace("<InvoiceType>FT", "<InvoiceType>NC").replace("CreditAmount", "DebitAmount")
    (found,) = read_all(text)
    assert [*found.lines.values()] == [Decimal(10)]


def test_withholdings_add_up_and_belong_to_their_document() -> None:
    tax = "<WithholdingTax><WithholdingTaxAmount>1.25</WithholdingTaxAmount></WithholdingTax>"
    withheld = INVOICE.replace("</Invoice>", f"{tax}{tax}</Invoice>")
    first, second = read_all(FILE.replace(INVOICE, withheld + INVOICE))
    assert (first.withholding, second.withholding) == (Decimal("2.50"), Decimal(0))


def test_nothing_of_a_document_is_left_for_the_next_one() -> None:
    bare = "<Invoice><InvoiceNo>FT 2026/8</InvoiceNo><InvoiceDate>2026-10-06</InvoiceDate></Invoice>"
    _, found = read_all(FILE.replace(INVOICE, INVOICE + bare))
    assert (found.number, found.state, found.kind, found.fiscal_id) == ("FT 2026/8", "", "", None)
    assert (found.net, found.gross) == (Decimal(0), Decimal(0))
    assert found.lines == {}


def test_control_totals_are_read_to_the_end() -> None:
    control = "<NumberOfEntries>1</NumberOfEntries><TotalDebit>0.00</TotalDebit><TotalCredit>10</TotalCredit>"
    parser = SaftParser([FILE.replace(INVOICE, control + INVOICE).encode()], name=NAME)
    list(parser.read())
    assert parser.control == SaftControl(1, Decimal(0), Decimal(10))
    assert parser.head is not None
    assert (parser.head.fiscal_id, parser.head.first, parser.head.last) == (
        "500000000",
        date(2026, 10, 1),
        date(2026, 10, 31),
    )
    bare = SaftParser([FILE.encode()], name=NAME)
    list(bare.read())
    assert bare.control is None


def test_a_file_without_sales_has_no_document() -> None:
    assert read_all(f"{HEAD}</AuditFile>") == []


def test_any_prefix_of_the_namespace_is_read() -> None:
    text = FILE.replace("</", "\0").replace("<", "<n:").replace("\0", "</n:").replace("xmlns=", "xmlns:n=")
    assert [one.number for one in read_all(text)] == ["FT 2026/7"]


def test_elements_of_other_namespaces_and_unknown_ones_are_passed_over() -> None:
    strange = '<x:Line xmlns:x="urn:x"><x:CreditAmount>5</x:CreditAmount></x:Line><Other>1<In>2</In></Other>'
    (found,) = read_all(FILE.replace(LINE, f"<!-- a -->{strange}<?a b?>{LINE}"))
    assert [*found.lines.values()] == [Decimal(10)]


@pytest.mark.parametrize(
    ("declared", "coding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("Windows-1252", "cp1252"),
        ("ISO-8859-1", "latin-1"),
        ("iso-8859-15", "iso-8859-15"),
    ],
)
def test_encodings_that_exporters_write_are_read(declared: str, coding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\n{FILE}'.replace("Ana", "São João")
    for size in (1, 7, 100_000):
        data = text.encode(coding)
        pieces = (data[start : start + size] for start in range(0, len(data), size))
        (found,) = SaftParser(pieces, name=NAME).read()
        if coding != "cp1250":
            assert found.name == "São João & Filhos"


@pytest.mark.parametrize(
    "declared", ["klingon", "utf-7", "idna", "rot13", "base64", "punycode", "undefined", "utf-32"]
)
def test_an_encoding_that_cannot_be_read_is_said(declared: str) -> None:
    failure_of(f'<?xml version="1.0" encoding="{declared}"?>{FILE}')


def test_windows_1252_that_is_called_utf_8_is_no_xml() -> None:
    assert "no whole XML" in failure_of(FILE.replace("Ana", "São").encode("cp1252"))


@pytest.mark.parametrize(
    "text", ["", " ", "%PDF-1.7\n", "\0" * 100, "<html></html", "{}", "<!DOCTYPE html>", "PK\x05\x06"]
)
def test_what_is_no_xml_is_said(text: str) -> None:
    failure_of(text)


@pytest.mark.parametrize(
    "prolog", [BOMB, EXTERNAL, PARAMETER, "<!DOCTYPE AuditFile>"], ids=["bomb", "file", "parameter", "dtd"]
)
def test_entities_and_document_types_are_refused(prolog: str) -> None:
    assert "declares entities or a document type" in failure_of(prolog + FILE.replace("Ana", "&a9;&a;"))
    assert "undefined entity" in failure_of(FILE.replace("Ana", "&a;"))


@pytest.mark.parametrize("size", [1, 97, 100_000])
def test_a_file_cut_anywhere_is_no_whole_xml(size: int) -> None:
    for end in range(0, len(FILE) - 1, 41):
        assert "no whole XML" in failure_of(FILE[:end], chunk=size)


def test_another_version_is_named() -> None:
    old = FILE.replace("1.04_01", "1.03_01")
    assert "it is of version “1.03_01”, and this program reads 1.04_01" in failure_of(old)
    told = FILE.replace(">1.04_01<", ">1.03_01<")
    assert "it is of version “1.03_01”" in failure_of(told)


def test_another_root_is_named() -> None:
    assert "it begins with “AuditFile” of “urn:other”" in failure_of(FILE.replace(NAMESPACE, "urn:other"))
    assert "it begins with “html” of “”" in failure_of("<html></html>")
    assert "it begins with “Invoice”" in failure_of(f'<Invoice xmlns="{NAMESPACE}"/>')
    assert len(failure_of(f"<{'a' * 5000}/>")) < 300


def test_documents_want_a_header_before_them() -> None:
    sales = f"{BEGIN_SALES}{INVOICE}{END}"
    root = f'<AuditFile xmlns="{NAMESPACE}">'
    assert "its documents stand before its Header" in failure_of(root + sales)
    assert "it has no Header" in failure_of(f"{root}</AuditFile>")


@pytest.mark.parametrize(
    "amount",
    [
        "NaN",
        "Infinity",
        "-sNaN",
        "1E999",
        "1e2",
        "1E-999999999",
        "12,50",
        "€ 1",
        "",
        "1_000",
        "١٢",
        "1" * 16,
        "0." + "1" * 21,
        "--1",
        "<a/>",
    ],
)
@pytest.mark.parametrize("element", ["NetTotal", "TaxPayable", "GrossTotal", "CreditAmount", "TaxPercentage"])
def test_an_amount_that_is_none_is_named_with_its_document(element: str, amount: str) -> None:
    text = FILE
    for written in ("10.00", "2.30", "12.30", "10.0000", "23"):
        text = text.replace(f"<{element}>{written}</", f"<{element}>{amount}</")
    assert f"the {element} of document FT 2026/7 is “" in failure_of(text)


@pytest.mark.parametrize("amount", ["1", "+1.5", "-0.01", ".5", "7.", "999999999999999.99", " 1 "])
def test_an_amount_may_be_written_as_the_schema_has_it(amount: str) -> None:
    (found,) = read_all(FILE.replace("<NetTotal>10.00", f"<NetTotal>{amount}"))
    assert found.net == Decimal(amount.strip())


@pytest.mark.parametrize(
    "day",
    [
        "2026-13-01",
        "2026-02-30",
        "05/10/2026",
        "20261005",
        "2026-W40-1",
        "",
        "0000-01-01",
        "soon",
        "2026-10-05T09:00",
    ],
)
def test_a_day_that_is_none_is_named(day: str) -> None:
    told = failure_of(FILE.replace("<InvoiceDate>2026-10-05", f"<InvoiceDate>{day}"))
    assert f"the InvoiceDate of document FT 2026/7 is “{day}”, which is no day" in told
    assert "its EndDate is “" in failure_of(FILE.replace("2026-10-31", day))


@pytest.mark.parametrize("day", ["2026-10-05Z", "2026-10-05+01:00"])
def test_a_day_may_have_a_time_zone(day: str) -> None:
    (found,) = read_all(FILE.replace("<InvoiceDate>2026-10-05", f"<InvoiceDate>{day}"))
    assert found.date == date(2026, 10, 5)


@pytest.mark.parametrize("count", ["", "-1", "1.5", "9" * 5000, "9" * 900, "many", "١"])
def test_a_count_that_is_none_is_said(count: str) -> None:
    failure_of(FILE.replace(INVOICE, f"<NumberOfEntries>{count}</NumberOfEntries>"))


def test_other_amounts_that_are_none_are_said() -> None:
    failure_of(FILE.replace(INVOICE, "<NumberOfEntries>1</NumberOfEntries><TotalDebit>x</TotalDebit>"))
    tax = "<WithholdingTax><WithholdingTaxAmount>x</WithholdingTaxAmount></WithholdingTax>"
    failure_of(FILE.replace(LINE, LINE + tax))
    failure_of(
        FILE.replace(
            "</DocumentTotals>", "<Currency><CurrencyAmount>x</CurrencyAmount></Currency></DocumentTotals>"
        )
    )


def test_control_characters_and_turning_marks_of_a_file_are_in_no_sentence() -> None:
    for hostile in ("\x85\x9b[2J", "\u202e\u2066", "\u2028", "a\nb", "\ufeff"):
        failure_of(FILE.replace("2026/7", f"2026/{hostile}").replace("<NetTotal>10", f"<NetTotal>{hostile}x"))


def test_what_is_too_long_too_deep_or_too_much_is_refused() -> None:
    failure_of(FILE.replace("FT 2026/7", "x" * (MOST_CHARACTERS + 1)))
    failure_of(FILE.replace("FT 2026/7", "&amp;" * (MOST_CHARACTERS + 1)))
    assert "nested deeper" in failure_of(FILE.replace(LINE, "<a>" * MOST_DEPTH + "</a>" * MOST_DEPTH))
    kinds = (LINE.replace(">23<", f">{rate}.{rate}<") for rate in range(MOST_KEYS + 1))
    assert "kinds of tax" in failure_of(FILE.replace(LINE, "".join(kinds)))


def mutated(text: str) -> st.SearchStrategy[bytes]:
    """A valid file with bytes of it changed, taken away, repeated or put in."""
    data = text.encode()
    places = st.integers(0, len(data))
    inserted = st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [
                b"<",
                b">",
                b"&",
                b"</Invoice>",
                b"<Line>",
                b"<!DOCTYPE a>",
                b"&a;",
                b"\x00",
                b"\xff\xfe",
                b"<![CDATA[x]]>",
                b'xmlns=""',
                b"-1",
                b"1E5",
            ]
        ),
    )

    def change(plan: list[tuple[int, int, bytes]]) -> bytes:
        changed = data
        for start, length, new in plan:
            changed = changed[:start] + new + changed[start + length :]
        return changed

    step = st.tuples(places, st.sampled_from([0, 0, 1, 5, 40, 400]), inserted)
    return st.lists(step, min_size=1, max_size=4).map(change)


def read_or_refuse(data: bytes, size: int) -> None:
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    said = f"{NAME}: "
    try:
        for one in SaftParser(pieces, name=NAME).read():
            assert one.gross.is_finite()
    except SaftError as error:
        said = str(error)
    assert said.startswith(f"{NAME}: ")
    assert said.isprintable()


@examples(400)
@given(st.binary(max_size=400), st.integers(1, 500))
def test_any_bytes_are_read_or_refused(data: bytes, size: int) -> None:
    read_or_refuse(data, size)
    read_or_refuse(HEAD.encode() + data, size)


@examples(1000)
@given(mutated(FILE), st.integers(1, 5000))
def test_a_changed_file_is_read_or_refused(data: bytes, size: int) -> None:
    read_or_refuse(data, size)


def test_the_sandboxs_own_file_is_read() -> None:
    account: SandboxAccount = build_small_account()
    found = read_all(str(write_month(account, 2026, 10)))
    assert len(found) == 39
    assert {one.gross for one in found} == {Decimal("1.23")}
