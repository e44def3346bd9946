"""Frames hold every field of the reply, once, exact, and signed."""

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports.figures.parse import parse_document
from reports.figures.tables import (
    DOCUMENT_COLUMNS,
    LINE_ITEM_COLUMNS,
    TAX_COLUMNS,
    Tables,
    build,
)
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.sandbox.documents import Raw, line
from tests.support.papers import laid_out, paper, parsed, vat

REPLY = Path(__file__).parents[1] / "documented_reply.json"

AMOUNTS = ("net", "tax", "rounding", "gross", "withholding", "payable")

OTHER_VALUES = {
    "type": "CreditNote",
    "status": "settled",
    "date": "28/06/2017",
    "due_date": "28/06/2017",
    "currency": "US Dollar",
    "retention": "5",
    "unit_price": "2.0",
    "quantity": "2.0",
    "archived": False,
}
"""What a field may also hold, where a letter more would not do."""


def documented() -> Raw:
    (raw,) = json.loads(REPLY.read_text("utf-8"), parse_float=Decimal)["invoices"]
    return dict(raw)


def leaves(value: object, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, *path, key)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from leaves(part, *path, place)
    else:
        yield path


def other(path: tuple[str | int, ...], value: object) -> object:
    if path[-1] in OTHER_VALUES:
        return OTHER_VALUES[str(path[-1])]
    return value + "x" if isinstance(value, str) else value + 1  # type: ignore[operator]


def cells(tables: Tables) -> list[list[dict[Any, Any]]]:
    return [frame.to_dict("records") for frame in (tables.documents, tables.line_items, tables.taxes)]


def row(raw: Raw) -> dict[str, Any]:
    (only,) = laid_out(raw).documents.to_dict("records")
    return {str(key): value for key, value in only.items()}


def money(raw: Raw) -> list[str]:
    return [str(row(raw)[key]) for key in AMOUNTS]


@pytest.mark.parametrize("path", list(leaves(documented())), ids=lambda path: ".".join(map(str, path)))
def test_every_field_of_the_documented_reply_is_in_the_frames(path: tuple[str | int, ...]) -> None:
    changed = copy.deepcopy(documented())
    *way, last = path
    place: Any = changed
    for step in way:
        place = place[step]
    place[last] = other(path, place[last])
    assert cells(build([parse_document(changed)])) != cells(build([parse_document(documented())]))


def test_the_documented_reply_comes_to_what_it_says() -> None:
    assert money(documented()) == ["1.00", "0.07", "0.00", "1.07", "0.00", "1.07"]


def test_the_vendors_worked_example_is_net_of_withholding() -> None:
    lines = [line("1", "10", tax=None, discount="10"), line("2", "5", tax=vat("20"))]
    example = paper(lines=lines, retention="5.0")
    assert example["total"] == Decimal("14.3")
    assert money(example) == ["14.00", "1.00", "0.00", "15.00", "0.70", "14.30"]


def test_the_recorded_example_is_net_of_withholding_too() -> None:
    recorded = paper(retention=5)
    assert recorded["total"] == 118
    assert money(recorded) == ["100.00", "23.00", "0.00", "123.00", "5.00", "118.00"]


def test_a_credit_note_is_negated_once_in_everything_that_is_added() -> None:
    goods = line("Pão", "10", quantity="3", tax=vat("23"), discount="10")
    exchange = {"rate": "1.10", "currency": "U.S. dollar", "total": "33.56"}
    note = paper(kind="CreditNote", lines=[goods], retention=10, multicurrency=exchange)
    assert money(note) == ["-27.00", "-6.21", "0.00", "-33.21", "-2.70", "-30.51"]
    document = row(note)
    assert [document[key] for key in ("sum", "discount", "sign")] == [-30, -3, -1]
    assert [document[key] for key in ("total", "withholding_rate")] == [Decimal("30.51"), 10]
    assert [document[key] for key in ("exchange_rate", "counter_value")] == [
        Decimal("1.10"),
        Decimal("-33.56"),
    ]
    (item,) = laid_out(note).line_items.to_dict("records")
    signed = ("quantity", "discount", "net", "tax", "gross")
    assert [item[key] for key in signed] == [-3, -3, -27, Decimal("-6.21"), Decimal("-33.21")]
    assert [item[key] for key in ("unit_price", "discount_rate", "rate", "subtotal")] == [10, 10, 23, 27]
    (tax,) = laid_out(note).taxes.to_dict("records")
    assert [tax[key] for key in ("sign", "base", "tax")] == [-1, -27, Decimal("-6.21")]


def test_the_rounding_cent_of_a_credit_note_is_signed_like_the_rest() -> None:
    note = paper(kind="CreditNote", before_taxes="91.21", taxes="15.47", total="106.67", retention=None)
    assert money(note) == ["-91.21", "-15.47", "0.01", "-106.67", "0.00", "-106.67"]


def test_a_credit_note_that_came_negative_is_not_negated_again() -> None:
    goods = line("Pão", "-100", tax=vat("23"))
    assert money(paper(kind="CreditNote", lines=[goods])) == [
        *("-100.00", "-23.00", "0.00"),
        *("-123.00", "0.00", "-123.00"),
    ]


@pytest.mark.parametrize(("net", "tax", "total"), [("-1", "1", "0"), ("0", "-1", "-1"), ("0", "0", "-1")])
def test_the_first_amount_that_is_not_zero_makes_a_credit_note_a_negative_one(
    net: str, tax: str, total: str
) -> None:
    note = row(paper(kind="CreditNote", before_taxes=net, taxes=tax, total=total))
    assert (note["net"], note["tax"]) == (Decimal(net), Decimal(tax))


def test_lines_of_the_other_sign_follow_their_documents() -> None:
    goods = line("Pão", "10", quantity="-3", tax=vat("23"), discount="10")
    tables = laid_out(paper(lines=[goods], before_taxes="27", taxes="6.21", total="33.21"))
    (item,) = tables.line_items.to_dict("records")
    signed = ("quantity", "discount", "net", "tax", "gross")
    assert [item[key] for key in signed] == [3, 3, 27, Decimal("6.21"), Decimal("33.21")]
    assert [item[key] for key in ("unit_price", "subtotal")] == [10, -27]


def test_scheme_and_region_of_a_line_stand_in_both_frames() -> None:
    taxation = Taxation(taxes={"2301": KnownTax("IE", Decimal(23))})
    tables = build(parsed(paper()), taxation)
    for frame in (tables.line_items, tables.taxes):
        assert frame[["scheme", "region"]].to_numpy().tolist() == [["oss", "IE"]]


@pytest.mark.parametrize("kind", ["Receipt", "Quote", "Brand new"])
def test_what_has_no_sign_is_shown_as_it_came(kind: str) -> None:
    assert money(paper(kind=kind)) == ["100.00", "23.00", "0.00", "123.00", "0.00", "123.00"]
    assert len(laid_out(paper(kind=kind)).taxes) == 0


def test_amounts_of_a_draft_that_cannot_be_read_are_none() -> None:
    draft = row(paper(status="draft", taxes="x"))
    assert [draft[key] for key in AMOUNTS] == [100, *[None] * 5]


def test_lines_of_one_rate_are_rounded_once_for_the_document() -> None:
    lines = [line(f"{place}", "0.333", tax=vat("23")) for place in range(3)]
    (tax,) = laid_out(paper(lines=lines)).taxes.to_dict("records")
    assert [str(tax[key]) for key in ("base", "tax")] == ["1.00", "0.23"]


def test_a_credit_note_rounds_as_the_invoice_it_reverses() -> None:
    lines = [line("1", "0.125", tax=vat("4"))]
    papers = [paper(1, lines=lines), paper(2, "CreditNote", lines=lines)]
    invoice, note = laid_out(*papers).taxes.to_dict("records")
    assert [str(invoice[key]) for key in ("base", "tax")] == ["0.13", "0.01"]
    assert [str(note[key]) for key in ("base", "tax")] == ["-0.13", "-0.01"]


def test_rate_zero_is_kept_by_code_and_apart_from_no_rate() -> None:
    lines = [
        line("1", "1", tax=vat("0", "Isento")),
        line("2", "2", tax=None),
        line("3", "4", tax=vat("0", "IVA0")),
        line("4", "8", tax=vat("23")),
    ]
    taxes = laid_out(paper(lines=lines, tax_exemption="M07")).taxes
    assert [tuple(own) for own in taxes[["rate", "exemption", "tax_names", "base"]].to_numpy()] == [
        (0, "M07", ("IVA0", "Isento"), 5),
        (None, None, (), 2),
        (23, None, ("IVA23",), 8),
    ]


def test_a_document_without_lines_stays_a_document() -> None:
    tables = laid_out(paper(lines=[]), paper(2))
    assert tables.documents["id"].tolist() == [1, 2]
    assert tables.line_items["document_id"].tolist() == [2]


@pytest.mark.parametrize("papers", [[], [paper(lines=[])], [paper()]], ids=["nothing", "no lines", "all"])
def test_columns_and_types_are_the_same_whatever_there_is(papers: list[Raw]) -> None:
    tables = laid_out(*papers)
    for frame, columns in (
        (tables.documents, DOCUMENT_COLUMNS),
        (tables.line_items, LINE_ITEM_COLUMNS),
        (tables.taxes, TAX_COLUMNS),
    ):
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == columns


def test_what_is_missing_is_none_and_money_is_decimal() -> None:
    tables = laid_out(paper(due_date=None, lines=[line("Pão", "1", tax=None)]), paper(2))
    assert tables.documents["due_date"].tolist()[0] is None
    assert tables.line_items["rate"].tolist()[0] is None
    for frame in (tables.documents, tables.line_items, tables.taxes):
        for value in frame.to_numpy().ravel():
            assert not isinstance(value, float)
            assert value is not pd.NA


def test_no_zero_is_negative() -> None:
    nothing = line("Oferta", "-0.0", tax=vat("0"))
    note = paper(kind="CreditNote", lines=[nothing], retention=5, total="-0.0", taxes="-0", discount="-0.00")
    assert "-0" not in str(cells(laid_out(note)))
