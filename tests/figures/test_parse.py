"""A reply becomes documents: exact, nothing repaired, and a remark wherever something could not be read."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reports.errors import DataError
from reports.figures.document import Document, Remark
from reports.figures.parse import list_own_documents, parse_document, read_page
from reports.figures.tables import build
from reports.sandbox.documents import Raw, line
from reports.sandbox.routes import json_text
from tests.support.papers import paper, parse_only, parsed, vat

BAD_AMOUNTS = {
    "null": None,
    "true": True,
    "an object": {"amount": 1},
    "a list": [1],
    "empty text": "",
    "word": "foo",
    "comma": "1234,56",
    "point and comma": "1.234,56",
    "currency sign": "€ 1",
    "NaN in text": "NaN",
    "30 digits": int("9" * 30),
    "30 digits in text": "9" * 30,
    "4,000 digits": int("9" * 4000),
    "5,000 digits in text": "9" * 5000,
}
"""What JSON may hold where an amount belongs."""

ABSENT = {"null", "empty text"}

BAD_NUMBERS = [
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e99999", "1e99999999999999999999"),
    *("9" * 30, "9" * 5_000, "-" + "9" * 5_000, "0." + "9" * 400 + "e20"),
]
"""The same, as bare words and numbers in the text of a page."""


def with_number(raw: dict[str, object], text: str) -> Document:
    """The document whose value "@" is the bare `text` in the page, as no JSON of ours could write it."""
    (document,) = map(parse_document, read_page(json_text({"invoices": [raw]}).replace('"@"', text)).listed)
    return document


def test_the_vendors_names_become_ours() -> None:
    made = parse_only(
        paper(
            541793,
            retention="5.0",
            due_date="03/04/2027",
            tax_exemption=" m01 ",
            atcud="ABC-1",
            reference=" PO 1\r\nsecond ",
            multicurrency={"rate": "1.08", "currency": "U.S. dollar", "total": 127.44},
            payment_reference="123 456 789",
        )
    )
    assert (made.net, made.tax, made.total) == (Decimal(100), Decimal(23), Decimal(118))
    assert (made.withholding_rate, made.exemption) == (Decimal(5), "M01")
    assert (made.date, made.due_date) == (date(2026, 10, 5), date(2027, 4, 3))
    assert (made.number, made.reference, made.atcud) == ("FT 2026/541793", "PO 1\nsecond", "ABC-1")
    assert (made.exchange_rate, made.exchange_currency) == (Decimal("1.08"), "USD")
    assert made.counter_value == Decimal("127.44")
    assert (made.mb_entity, made.mb_reference, made.mb_value) == ("99999", "123 456 789", Decimal(118))
    assert made.remarks == ()


def test_a_line_keeps_its_exact_amounts() -> None:
    goods = line("Pão", "1.005", quantity="3", tax=vat("6"), discount="10", unit=None)
    (item,) = parse_only(paper(lines=[goods])).items
    amounts = (item.subtotal, item.tax, item.gross)
    assert amounts == (Decimal("2.7135"), Decimal("0.16281"), Decimal("2.88"))
    assert (item.quantity, item.unit_price) == (Decimal(3), Decimal("1.01"))
    assert (item.discount_rate, item.discount) == (Decimal(10), Decimal("0.3015"))
    assert (item.rate, item.tax_id, item.tax_name) == (Decimal(6), "601", "IVA6")
    assert (item.position, item.unit, item.description) == (1, None, None)


def test_a_line_has_neither_base_nor_region_before_its_document_is_completed() -> None:
    (item,) = parse_only(paper()).items
    assert (item.net, item.region) == (None, None)


@pytest.mark.parametrize("came", [None, ""])
@pytest.mark.parametrize("field", ["tax_amount", "total", "subtotal", "discount_amount"])
def test_an_amount_of_a_line_may_be_absent(field: str, came: object) -> None:
    goods = line("Pão", "1", tax=vat("6"))
    names = {"tax_amount": "tax", "total": "gross", "discount_amount": "discount"}
    for item in (goods | {field: came}, {key: value for key, value in goods.items() if key != field}):
        made = parse_only(paper(items=[item]))
        assert getattr(made.items[0], names.get(field, field)) is None
        assert made.remarks == ()


@pytest.mark.parametrize("name", BAD_AMOUNTS)
@pytest.mark.parametrize("field", ["before_taxes", "taxes", "total"])
def test_a_bad_amount_on_a_counted_document_is_refused_by_name(field: str, name: str) -> None:
    made = parsed(paper(7) | {field: BAD_AMOUNTS[name]})
    with pytest.raises(DataError, match=rf"FT 2026/7 \(id 7\): {field} is ") as caught:
        build(made)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", BAD_AMOUNTS)
@pytest.mark.parametrize("field", ["sum", "discount"])
def test_a_bad_sum_or_discount_is_none_and_remarked_unless_it_is_absent(field: str, name: str) -> None:
    (made,) = build(parsed(paper(7) | {field: BAD_AMOUNTS[name]})).values
    assert getattr(made, field) is None
    told = [] if name in ABSENT else [("NUMBER-UNREADABLE", field)]
    assert [remark[:2] for remark in made.remarks] == told


@pytest.mark.parametrize("field", ["sum", "discount"])
def test_sum_and_discount_may_be_missing_altogether(field: str) -> None:
    raw = paper()
    del raw[field]
    made = parse_only(raw)
    assert (getattr(made, field), made.remarks) == (None, ())


@pytest.mark.parametrize("field", ["before_taxes", "taxes", "total"])
def test_an_amount_that_figures_need_may_not_be_missing(field: str) -> None:
    raw = paper(7)
    del raw[field]
    with pytest.raises(DataError, match=rf"\(id 7\): {field} is nothing"):
        build(parsed(raw))


@pytest.mark.parametrize("name", sorted({*BAD_AMOUNTS} - ABSENT))
@pytest.mark.parametrize("field", ["tax_amount", "total"])
def test_a_bad_amount_of_a_line_is_refused_by_name(field: str, name: str) -> None:
    goods = line("Pão", "1", tax=vat("6"))
    made = parsed(paper(7, items=[goods, goods | {field: BAD_AMOUNTS[name]}]))
    with pytest.raises(DataError, match=rf"\(id 7\): items\[2\]\.{field} is "):
        build(made)


@pytest.mark.parametrize("text", BAD_NUMBERS, ids=lambda text: text[:9])
def test_numbers_beyond_money_are_refused_by_name_too(text: str) -> None:
    with pytest.raises(DataError, match=r"\(id 7\): total is "):
        build([with_number(paper(7, total="@"), text)])
    goods = line("Pão", "1", tax=vat("6")) | {"tax_amount": "@"}
    with pytest.raises(DataError, match=r"\(id 7\): items\[1\]\.tax_amount is "):
        build([with_number(paper(7, items=[goods]), text)])


@pytest.mark.parametrize("name", BAD_AMOUNTS)
def test_a_bad_amount_on_a_draft_is_shown_empty(name: str) -> None:
    made = parsed(paper(7, status="draft", total=BAD_AMOUNTS[name]))
    assert build(made).documents["total"].tolist() == [None]
    assert [remark.code for remark in made[0].remarks] == ["AMOUNT-UNREADABLE"]


@pytest.mark.parametrize("text", BAD_NUMBERS, ids=lambda text: text[:9])
def test_numbers_beyond_money_on_a_draft_are_shown_empty(text: str) -> None:
    made = with_number(paper(status="draft", total="@"), text)
    assert build([made]).documents["total"].tolist() == [None]


@pytest.mark.parametrize(("came", "found"), [("x" * 58, f"'{'x' * 58}'"), ("x" * 59, f"'{'x' * 56}…")])
def test_a_remark_shows_what_came_in_sixty_characters(came: str, found: str) -> None:
    (remark,) = parse_only(paper(status="draft", total=came)).remarks
    assert remark.found == found


@pytest.mark.parametrize(("count", "named", "more"), [(5, 5, False), (6, 5, True)])
def test_only_the_first_five_holes_are_named(count: int, named: int, *, more: bool) -> None:
    with pytest.raises(DataError) as caught:
        build(parsed(*(paper(identity, total=None) for identity in range(count))))
    assert str(caught.value).count("(id ") == named
    assert ("; and 1 more" in str(caught.value)) is more


def test_binary_noise_is_no_remark_and_half_a_cent_is() -> None:
    assert parse_only(paper(taxes=Decimal("23.000000000000004"))).remarks == ()
    made = parse_only(paper(taxes="0.125"))
    assert made.tax == Decimal("0.13")
    assert made.remarks == (Remark("AMOUNT-PRECISION", "taxes", "'0.125'"),)


def test_amounts_may_come_as_text() -> None:
    as_text = parse_only(paper(before_taxes="100.0", taxes="23.0", total="123", retention="5"))
    assert (as_text.net, as_text.tax, as_text.total) == (Decimal(100), Decimal(23), Decimal(123))
    assert as_text.withholding_rate == 5


@pytest.mark.parametrize(
    ("came", "rate"),
    [(None, None), ("", None), (0, None), ("0.0", None), (25, Decimal(25)), ("11.5", Decimal("11.5"))],
)
def test_withholding_is_a_percentage_or_none(came: object, rate: Decimal | None) -> None:
    made = parse_only(paper() | {"retention": came})
    assert made.withholding_rate == rate
    assert made.remarks == ()


@pytest.mark.parametrize("came", ["foo", "-5", 101, True, {}])
def test_withholding_that_is_no_percentage_is_none_and_remarked(came: object) -> None:
    made = parse_only(paper() | {"retention": came})
    assert made.withholding_rate is None
    assert [remark.code for remark in made.remarks] == ["WITHHOLDING-UNREADABLE"]


@pytest.mark.parametrize(
    "came",
    [
        *(
            None,
            "",
            0,
            True,
            {},
            "2026-10-5",
            "26-10-05",
            "2026/10/05",
            "2026-13-05",
            "05-10-2026",
            "5/10/26",
            "05/10/02026",
            "05/10",
        ),
        *("31/02/2026", "00/10/2026", "05/13/2026", "05/10/2026/1", "05/10/2026 10:00", "05/10/2026x"),
        *("2026-02-31", "2026-10-05T00:00:00", "2026-10-05Z", "20261005", "+2026-10-05", "1900-12-31"),
        *("+5/10/2026", "٠٥/١٠/٢٠٢٦", "05/10/0026", "01/01/0001", "31/12/1900"),
    ],
)
def test_a_date_that_is_none_is_refused_by_name(came: object) -> None:
    with pytest.raises(DataError, match=r"\(id 7\): date is "):
        build(parsed(paper(7, date=came)))
    assert [remark.code for remark in parse_only(paper(status="draft", date=came)).remarks] == [
        "DATE-UNREADABLE"
    ]


@pytest.mark.parametrize("came", ["2026-10", "31/02/2026", 5, "amanhã"])
def test_an_unreadable_due_date_is_refused_too(came: object) -> None:
    with pytest.raises(DataError, match=r"\(id 7\): due_date is "):
        build(parsed(paper(7, due_date=came)))


@pytest.mark.parametrize("came", [None, ""])
def test_a_due_date_may_be_missing(came: object) -> None:
    made = parse_only(paper(due_date=came))
    assert made.due_date is None
    assert made.remarks == ()


def test_the_third_of_april_is_not_the_fourth_of_march() -> None:
    assert parse_only(paper(date=" 03/04/2026 ")).date == date(2026, 4, 3)
    assert parse_only(paper(date="3/4/2026")).date == date(2026, 4, 3)
    assert parse_only(paper(date="01/01/1901")).date == date(1901, 1, 1)


@pytest.mark.parametrize("field", ["date", "due_date"])
def test_a_date_may_be_written_the_iso_way(field: str) -> None:
    made = parse_only(paper() | {field: " 2026-04-03 "})
    assert (getattr(made, field), made.remarks) == (date(2026, 4, 3), ())


@pytest.mark.parametrize("came", [None, {}, "none", {"0": {}}, 7])
def test_items_that_are_no_list_leave_a_remark(came: object) -> None:
    made = parse_only(paper(items=came))
    assert made.items == ()
    assert [(remark.code, remark.field) for remark in made.remarks] == [("LINES-UNREADABLE", "items")]


def test_items_may_be_missing_altogether() -> None:
    raw = paper()
    del raw["items"]
    assert [remark.found for remark in parse_only(raw).remarks] == ["nothing"]


def test_an_item_that_is_none_leaves_a_remark_and_the_others_their_place() -> None:
    goods = line("Pão", "1", tax=vat("6"))
    made = parse_only(paper(items=[None, goods, "x"]))
    assert [item.position for item in made.items] == [2]
    assert [remark[:2] for remark in made.remarks] == [
        ("LINES-UNREADABLE", "items[1]"),
        ("LINES-UNREADABLE", "items[3]"),
    ]


@pytest.mark.parametrize(
    "tax",
    [
        *(None, "IVA23", 23, [], {}, {"name": "IVA23"}),
        *({"value": value} for value in (None, "foo", "23%", "1,5", True, -1, 101)),
    ],
)
def test_a_tax_without_a_percentage_is_no_rate_at_all(tax: object) -> None:
    goods = line("Pão", "1", tax=vat("6"))
    (item,) = parse_only(paper(items=[goods | {"tax": tax}])).items
    assert item.rate is None


def test_a_line_may_lack_its_tax() -> None:
    goods = line("Pão", "1", tax=None)
    del goods["tax"]
    (item,) = parse_only(paper(items=[goods])).items
    assert (item.rate, item.tax_id, item.tax_name) == (None, None, None)


@pytest.mark.parametrize("value", [7, 7.0, "7", "7.0", " 7.00 "])
def test_a_rate_is_one_number_however_it_is_written(value: object) -> None:
    goods = line("Pão", "1", tax=vat("6")) | {"tax": {"id": None, "name": " IVA\n7 ", "value": value}}
    (item,) = parse_only(paper(items=[goods])).items
    assert (str(item.rate), item.tax_name, item.tax_id) == ("7.00", "IVA 7", None)


@pytest.mark.parametrize("field", ["quantity", "unit_price", "discount", "discount_amount", "subtotal"])
def test_a_number_that_is_only_shown_may_be_absent_or_nonsense(field: str) -> None:
    goods = line("Pão", "1", tax=vat("6"))
    assert parse_only(paper(items=[goods | {field: None}])).remarks == ()
    made = parse_only(paper(items=[goods | {field: "1,5"}]))
    assert made.remarks == (Remark("NUMBER-UNREADABLE", f"items[1].{field}", "'1,5'"),)


def test_texts_are_trimmed_and_what_is_no_text_is_shown_as_it_came() -> None:
    made = parse_only(
        paper(
            reference=12,
            observations={"a": Decimal("1.5")},
            saft_hash="  ",
            client={"id": "77", "name": " Ana \n  Lda ", "address": " Rua A\r\n1", "fiscal_id": 999999990},
        )
    )
    assert (made.reference, made.observations, made.saft_hash) == ("12", '{"a": "1.5"}', None)
    assert (made.client.id, made.client.name, made.client.address) == (77, "Ana Lda", "Rua A\n1")
    assert made.client.fiscal_id == "999999990"


@pytest.mark.parametrize("came", [None, "Ana", [], {"id": "x"}, {"id": -1}, {"id": "9" * 30}])
def test_a_client_without_a_readable_id_has_none(came: object) -> None:
    assert parse_only(paper(client=came)).client.id is None


def test_a_currency_keeps_its_name_beside_its_code() -> None:
    made = parse_only(paper(currency=" Polish  złoty "))
    assert (made.currency, made.currency_name) == ("PLN", "Polish  złoty")


def test_missing_texts_are_nothing_and_extra_fields_are_no_matter() -> None:
    made = parse_document({"id": "7", "brand_new": {"deep": [1]}, "items": []})
    assert (made.id, made.type, made.status, made.currency, made.number) == (7, "", "", "?", "#7")
    assert (made.archived, made.is_counted, made.is_open) == (False, False, False)


@pytest.mark.parametrize("text", ["9" * 5_000, "1e99999999999999999999", "[" * 90 + "]" * 90])
@pytest.mark.parametrize("field", ["brand_new", "reference", "sequence_id", "mb_reference"])
def test_an_odd_value_that_no_figure_rests_on_is_no_matter(field: str, text: str) -> None:
    fields: Raw = {field: "@"}
    made = with_number(paper(7, **fields), text)
    assert (made.total, made.remarks) == (Decimal(123), ())


@pytest.mark.parametrize(
    "body",
    [
        *("", "no JSON", "null", "[]", "{}", '{"invoices": null}', '{"invoices": {}}'),
        '{"invoices": [null]}',
        *('{"invoices": [' * 60 + "]}" * 60, '{"invoices": ' + "[" * 985 + "]" * 985 + "}"),
    ],
    ids=lambda body: body[:18],
)
def test_a_stored_page_that_is_none_fails_its_client(body: str) -> None:
    with pytest.raises(DataError, match=r"^A stored page .* Read the client again"):
        list(map(parse_document, read_page(body).listed))


@pytest.mark.parametrize("came", [None, True, "", "x", "-1", -1, Decimal("1.0"), "9" * 19, 10**18, {}, [1]])
def test_a_stored_document_without_an_id_fails_its_client(came: object) -> None:
    with pytest.raises(DataError, match=r"^A stored document has .* for its id\. Read the client again"):
        parse_document(paper() | {"id": came})


@pytest.mark.parametrize("came", [True, "true"])
def test_archived_is_a_fact(came: object) -> None:
    assert parse_only(paper(archived=came)).archived
    assert not parse_only(paper(archived="false")).archived


def test_whose_a_document_is_is_what_it_says_itself() -> None:
    listed: list[dict[str, Any]] = [
        {"id": "1", "client": {"id": 7}},
        {"id": 2, "client": {"id": "8"}},
        {"id": 3},
        {"id": 4, "client": {}},
    ]
    assert list_own_documents(listed, 7) == {1, 3, 4}
    assert list_own_documents([{"id": 5, "client": "7"}], 8) == {5}


@pytest.mark.parametrize(
    ("pagination", "total"),
    [({"total_entries": 2}, 2), ({"total_entries": "2"}, 2), ({"total_entries": None}, None), ({}, None)],
)
def test_a_page_says_how_many_documents_there_are_or_nothing(
    pagination: dict[str, object], total: int | None
) -> None:
    assert read_page(json_text({"invoices": [], "pagination": pagination})).total == total
    assert read_page(json_text({"invoices": []})).total is None
