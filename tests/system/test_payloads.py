"""Whatever a page holds, its figures are exact or its client is refused by name: hundreds of payloads."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from reports.sandbox.documents import Raw, Tax, line
from tests.support import witness
from tests.support.papers import paper
from tests.support.payload_path import weigh
from tests.support.payloads import Bare, pages, spoilt, written
from tests.support.recorded_papers import CLIENT, TAX_ROWS, sound

OWNER = {"id": CLIENT, "name": "Casa Verde"}
SOUND, SPOILT = 120, 220


@settings(derandomize=True, max_examples=SOUND)
@given(papers=sound())
def test_figures_of_sound_documents_are_those_of_the_witness(tmp_path: Path, papers: list[Raw]) -> None:
    verdict = weigh(pages(papers), tmp_path, taxes=TAX_ROWS)
    assert verdict.refused is None
    assert verdict.wrong == []


@settings(derandomize=True, max_examples=SPOILT)
@given(papers=spoilt())
def test_a_fault_is_refused_or_found_and_never_a_wrong_figure(tmp_path: Path, papers: list[Raw]) -> None:
    assert weigh(pages(papers), tmp_path, taxes=TAX_ROWS).wrong == []


Change = Callable[[Raw], object]
OTHER_FIGURES: dict[str, Change] = {
    "net": lambda one: one.update(before_taxes="100.01"),
    "tax": lambda one: one.update(taxes="23.01"),
    "total": lambda one: one.update(total="118.01"),
    "withholding": lambda one: one.update(retention="4"),
    "sum": lambda one: one.update(sum="100.02"),
    "due date": lambda one: one.update(due_date="03/08/2026"),
    "month": lambda one: one.update(date="30/09/2026"),
    "type": lambda one: one.update(type="DebitNote"),
    "sign": lambda one: one.update(type="CreditNote"),
    "scheme": lambda one: one.update(type="VatMossInvoice"),
    "state": lambda one: one.update(status="settled"),
    "counting": lambda one: one.update(status="canceled"),
    "currency": lambda one: one.update(currency="U.S. dollar"),
    "unknown currency": lambda one: one.update(currency="Doubloon"),
    "unknown type": lambda one: one.update(type="Brand new"),
    "line": lambda one: one["items"][0].update(tax_amount="22.5", total="122.5"),
    "rate": lambda one: one["items"][0]["tax"].update(value=22),
    "rate of nothing": lambda one: one["items"][0].update(tax=None),
    "lines": lambda one: one["items"].clear(),
    "subtotal of a line": lambda one: one["items"][0].update(subtotal="99"),
    "no VAT on a line": lambda one: one["items"][0].pop("tax_amount"),
    "no owner": lambda one: one["client"].pop("id"),
}
"""What a document may say otherwise, a cent or a word."""


@pytest.mark.parametrize("name", OTHER_FIGURES)
def test_a_figure_that_is_read_otherwise_is_noticed(tmp_path: Path, name: str) -> None:
    papers = [_paper(1, retention="5"), _paper(2, "CreditNote", status="settled")]
    changed = deepcopy(papers)
    OTHER_FIGURES[name](changed[0])
    assert weigh(pages(papers), tmp_path).wrong == []
    assert weigh(pages(changed), tmp_path).wrong == []
    assert weigh(pages(papers), tmp_path, told=pages(changed)).wrong
    assert weigh(pages(changed), tmp_path, told=pages(papers)).wrong


def test_a_document_that_is_lost_is_noticed(tmp_path: Path) -> None:
    papers = [_paper(1), _paper(2, status="draft")]
    assert weigh(pages(papers[:1]), tmp_path, told=pages(papers)).wrong


def test_a_hole_that_is_passed_over_or_made_up_is_noticed(tmp_path: Path) -> None:
    sound_one, hole = [_paper(1)], [_paper(1, total=None)]
    assert weigh(pages(hole), tmp_path).wrong == []
    assert weigh(pages(hole), tmp_path, told=pages(sound_one)).wrong[0].startswith("refused without a reason")
    assert weigh(pages(sound_one), tmp_path, told=pages(hole)).wrong == ["accepted in spite of: ['1: total']"]


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5_000, "1e400", "1e99999999999999999999", "NaN"])
@pytest.mark.parametrize("place", ["total", "items[1].tax_amount"])
def test_a_number_beyond_money_names_document_and_field(tmp_path: Path, place: str, digits: str) -> None:
    spoilt_one = _paper(3)
    holder = spoilt_one if place == "total" else spoilt_one["items"][0]
    holder[place.removeprefix("items[1].")] = Bare(digits)
    verdict = weigh(pages([_paper(1), spoilt_one]), tmp_path)
    assert verdict.wrong == []
    assert f"FT 2026/3 (id 3): {place} is " in str(verdict.refused)
    assert len(str(verdict.refused)) < 300


@pytest.mark.parametrize("extra", ["9" * 5_000, "1e99999999999999999999", "[" * 90 + "]" * 90])
def test_an_odd_value_beside_the_figures_is_no_matter(tmp_path: Path, extra: str) -> None:
    verdict = weigh(pages([_paper(1, brand_new=Bare(extra), saft_hash=Bare(extra))]), tmp_path)
    assert (verdict.refused, verdict.wrong) == (None, [])


@pytest.mark.parametrize("levels", [98, 950, 985])
def test_a_page_that_is_nested_deeply_is_no_answer(tmp_path: Path, levels: int) -> None:
    verdict = weigh(pages([_paper(1, brand_new=Bare("[" * levels + "]" * levels))]), tmp_path)
    assert verdict.wrong == []
    assert "JSON that is nested too deeply" in str(verdict.refused)


def test_a_payload_is_written_as_it_is() -> None:
    odd = {"a": [Decimal("1.50"), Bare("1e400"), None, True, "é\u0001"]}
    assert written(odd) == '{"a": [1.50, 1e400, null, true, "é\\u0001"]}'
    assert witness.count_levels('{"a": ["[[[", {"b\\"]": []}]}') == 4


def _paper(identity: int, kind: str = "Invoice", **fields: Any) -> Raw:
    goods = line("Pão", "100", tax=Tax(1, "IVA23", Decimal(23)))
    return paper(identity, kind, lines=[goods], client=dict(OWNER), **fields)
