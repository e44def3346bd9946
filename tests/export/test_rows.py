"""The rows of one client: every document, signed, with what says whether it counts."""

from datetime import date
from decimal import Decimal

import pytest

from reports.export import rows
from reports.export.rows import RecordedClient, identify_rows, list_finding_rows
from reports.sandbox.documents import Raw
from tests.support.datasets import list_blocks, list_named_rows
from tests.support.papers import added, paper


def list_rows(table: str, *papers: Raw) -> list[dict[str, object]]:
    return list_named_rows(list_blocks(*papers), table)


def test_every_document_read_is_there_and_says_whether_it_counts_and_when() -> None:
    found = list_rows(
        "documents",
        paper(3, status="draft"),
        paper(2, day=date(2026, 9, 30)),
        paper(1, status="settled"),
        paper(4, date="?", status="canceled"),
    )
    facts = ("id", "is_counted", "is_in_period", "is_open", "date")
    assert [tuple(row[name] for name in facts) for row in found] == [
        (2, 1, 0, 1, "2026-09-30"),
        (1, 1, 1, 0, "2026-10-05"),
        (3, 0, 1, 0, "2026-10-05"),
        (4, 0, 0, 0, None),
    ]


def test_a_credit_note_is_negative_in_every_table() -> None:
    note = paper(1, "CreditNote", net="100")
    (document,) = list_rows("documents", note)
    assert [document[name] for name in ("net", "tax", "gross", "payable")] == [-10000, -2300, -12300, -12300]
    (line,) = list_rows("line_items", note)
    assert (line["quantity"], line["net"], line["tax"]) == ("-1", "-100", "-23")
    vat, _ = list_rows("vat", note)
    assert (vat["base"], vat["base_credit_notes"], vat["base_invoices"]) == (-10000, -10000, 0)
    (waiting,) = list_rows("open_documents", note)
    assert (waiting["payable"], waiting["bucket"]) == (-12300, "credit")


def test_line_items_follow_the_order_of_their_documents_and_have_their_facts() -> None:
    found = list_rows("line_items", paper(2, status="draft"), paper(1, day=date(2026, 10, 1)))
    facts = ("document_id", "number", "is_counted", "is_in_period", "date", "position")
    assert [tuple(row[name] for name in facts) for row in found] == [
        (1, "FT 2026/1", 1, 1, "2026-10-01", 1),
        (2, "rascunho", 0, 1, "2026-10-05", 1),
    ]


def test_the_vat_rows_and_the_one_of_rounding_add_up_to_the_documents() -> None:
    papers = [paper(1, net="10.004"), paper(2, net="10.004", rate="6")]
    found = list_rows("vat", *papers)
    (total,) = added(*papers).totals
    assert [row["is_rounding"] for row in found] == [0, 0, 1]
    for name, amount in (("base", total.net), ("tax", total.tax), ("gross", total.gross)):
        assert sum(Decimal(str(row[name])) for row in found) == amount * 100
    assert (found[-1]["documents"], found[-1]["scheme"]) == (None, None)


def test_a_receipt_is_in_the_receipts_and_in_no_sum() -> None:
    receipt = paper(1, "Receipt", net="100", rate=None)
    (found,) = list_rows("receipts", receipt)
    assert (found["id"], found["amount"], found["currency"]) == (1, 10000, "EUR")
    (document,) = list_rows("documents", receipt)
    assert document["is_counted"] == 0


def test_every_row_begins_with_whose_it_is_by_the_run_record() -> None:
    block = list_finding_rows([{"code": "X", "level": "info", "document": 7}])
    ((*head, code, level, document, number),) = (
        row[:8] for row in identify_rows(block, RecordedClient(11, "Ana", None), "2026-10").rows
    )
    assert (head, code, level, document, number) == ([11, "Ana", None, "2026-10"], "X", "info", 7, None)


def test_a_large_client_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [paper(number) for number in range(1, 8)]
    whole = list_rows("documents", *papers)
    monkeypatch.setattr(rows, "ROWS_AT_ONCE", 3)
    pieces = [block for block in list_blocks(*papers) if block.table == "documents"]
    assert [len(block.rows) for block in pieces] == [3, 3, 1]
    assert list_named_rows(pieces, "documents") == whole


def test_the_order_of_reading_changes_no_row() -> None:
    papers = [paper(number, day=date(2026, 10, 31 - number)) for number in range(1, 5)]
    assert list_blocks(*papers) == list_blocks(*reversed(papers))
