"""Faults of the list: what a page says contradicts the others, or the list moves while it is read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reports.sandbox.documents import Raw
from tests.support.faults.kinds import (
    DOCUMENTS,
    FAIL,
    FIRST,
    LAST,
    MIDDLE,
    ONLY,
    PAGED,
    RECOVER,
    TOLERATE,
    Answer,
    Exchange,
    Kind,
    Move,
    Outcome,
    altered,
)

ANOTHER_CLIENT = 999
MOST_ENTRIES = 999_999_990
"""More is no number of entries."""

UNSETTLED = "the list changes while it is read"
UNTRUE = "what the API says of its list cannot be true"
NOT_ALONE = (FIRST, MIDDLE, LAST)
ALL_READ_ONCE = (*NOT_ALONE, ONLY)
THE_FIRST = (FIRST, ONLY)


def _moved(
    name: str, answer: Answer, *, pages: tuple[str, ...] = PAGED, untrue: tuple[str, ...] = ()
) -> Kind:
    """The pages contradict each other, or one itself: everything is read again, three times in all."""
    return Kind("paging", name, FAIL, RECOVER, answer, UNSETTLED, is_page=True, untrue=untrue, pages=pages)


def _refused(name: str, answer: Answer, says: str, *, pages: tuple[str, ...] = DOCUMENTS) -> Kind:
    """Nothing that another reading could mend."""
    return Kind("paging", name, FAIL, FAIL, answer, says, is_page=True, pages=pages)


def _fine(name: str, answer: Answer, *, pages: tuple[str, ...] = PAGED) -> Kind:
    return Kind("paging", name, TOLERATE, TOLERATE, answer, is_page=True, pages=pages)


def _says(**changes: Callable[[int], object]) -> Answer:
    """The pagination with other counts, made of the right ones."""

    def change(exchange: Exchange) -> None:
        block = exchange.good["pagination"]
        block.update({name: other(block[name]) for name, other in changes.items()})

    return altered(change)


def _row(change: Callable[[Raw], object], row: int = 0) -> Answer:
    return altered(lambda exchange: change(exchange.rows[row]))


def _announced(pages: int) -> Answer:
    def change(exchange: Exchange) -> None:
        block = exchange.good["pagination"]
        announced = min(pages, MOST_ENTRIES // block["per_page"])
        block.update(total_pages=announced, total_entries=announced * block["per_page"])

    return altered(change)


def _another_row(exchange: Exchange) -> None:
    exchange.rows.append({**exchange.rows[0], "id": 77_000_001})


def _move(name: str, move: Move, *, lasting: Outcome = FAIL, is_of_page_size: bool = False) -> Kind:
    """The account's own list changes, once or again and again, after page 1 has been read."""
    return Kind(
        *("moves", name, lasting, RECOVER, altered(lambda _: None), UNSETTLED),
        move=move,
        is_of_page_size=is_of_page_size,
        pages=(MIDDLE,),
    )


def _another(documents: list[Raw], turn: int) -> Raw:
    identity = 50_000_000 + turn * 1000 + len(documents)
    return {**documents[0], "id": identity, "inverted_sequence_number": f"2026/{identity}"}


def _delete_and_add(documents: list[Raw], turn: int) -> None:
    new = _another(documents, turn)
    del documents[0]
    documents.append(new)


def _settle(documents: list[Raw], turn: int) -> None:
    documents[0]["status"] = "settled" if turn % 2 else "final"


def _raise_price(documents: list[Raw], turn: int) -> None:
    net, lines = 100 * turn, documents[0]["items"]
    taxes = [net * line["tax"]["value"] / 100 for line in lines]
    for line, tax in zip(lines, taxes, strict=True):
        for name, more in (("subtotal", net), ("tax_amount", tax), ("total", net + tax)):
            line[name] += more
    whole, tax = net * len(lines), sum(taxes)
    for name, more in (("sum", whole), ("before_taxes", whole), ("taxes", tax), ("total", whole + tax)):
        documents[0][name] += more


def _swap(documents: list[Raw], turn: int) -> None:
    other = -1 - turn % 2
    documents[0], documents[other] = documents[other], documents[0]


def _drop(documents: list[Raw], place: int | slice) -> None:
    del documents[place]


def _rotate(documents: list[Raw], turn: int) -> None:
    documents.append(documents.pop(turn % 5))


def _swap_owner(value: Any) -> Callable[[Raw], object]:
    return lambda row: row.update(client=value)


PAGING = (
    _moved("an entry more is announced", _says(total_entries=lambda count: count + 1), untrue=(ONLY,)),
    _moved("an entry less is announced", _says(total_entries=lambda count: count - 1), untrue=(ONLY,)),
    _moved("no entry is announced", _says(total_entries=lambda _: 0), untrue=THE_FIRST),
    _moved("a page more is announced", _says(total_pages=lambda count: count + 1), untrue=THE_FIRST),
    _moved("a page less is announced", _says(total_pages=lambda count: count - 1), untrue=THE_FIRST),
    _moved("no page is announced", _says(total_pages=lambda _: 0), untrue=THE_FIRST),
    _moved("pages of one entry", _says(per_page=lambda _: 1), untrue=THE_FIRST),
    _moved("pages of no entry", _says(per_page=lambda _: 0), untrue=THE_FIRST),
    _moved(
        *("larger pages than came", _says(per_page=lambda size: size * 3)), pages=NOT_ALONE, untrue=(FIRST,)
    ),
    _moved("it calls itself the next page", _says(current_page=lambda page: page + 1), untrue=DOCUMENTS),
    _moved("it calls itself page 0", _says(current_page=lambda _: 0), untrue=DOCUMENTS),
    _moved(
        *("it calls itself page 1", _says(current_page=lambda _: 1)), pages=(MIDDLE, LAST), untrue=DOCUMENTS
    ),
    _moved("a row is missing", altered(lambda x: x.rows.pop()), untrue=ALL_READ_ONCE),
    _moved("a row too many", altered(_another_row), untrue=ALL_READ_ONCE),
    _moved("no rows", altered(lambda x: x.rows.clear()), untrue=ALL_READ_ONCE),
    _moved("a row twice", altered(lambda x: x.rows.append(x.rows[0])), untrue=ALL_READ_ONCE),
    replace(
        _moved(
            *("a row twice, the count is right", altered(lambda x: x.rows.__setitem__(-1, x.rows[0]))),
            untrue=(ONLY,),
        ),
        is_of_page_size=True,
    ),
    _moved(
        *("an id twice with other figures",),
        altered(lambda x: x.rows.__setitem__(-1, {**x.rows[0], "total": 1, "name": "Outro"})),
    ),
    _moved(
        *(
            "a row of page 1 again",
            altered(lambda x: x.rows[0].update(id=x.rows[0]["id"] // 1000 * 1000 + 1)),
        ),
        pages=(MIDDLE, LAST),
    ),
    _refused("10,001 pages", _announced(10_001), "above 10,000", pages=PAGED),
    _refused("a thousand million entries", _announced(99_999_999), "above 10,000", pages=PAGED),
    _refused("a document of another client", _row(_swap_owner({"id": ANOTHER_CLIENT})), "ANOTHER CLIENT"),
    _refused("a text for the client", _row(_swap_owner("Ana")), "which client it belongs to"),
    _refused("a client's id that is none", _row(_swap_owner({"id": "abc"})), "which client it belongs to"),
    _fine("counts as texts", _says(total_entries=str, total_pages=str, per_page=str, current_page=str)),
    _fine(
        "the client's id as a text",
        _row(lambda row: row["client"].update(id=str(row["client"]["id"]))),
        pages=(FIRST, MIDDLE, LAST),
    ),
    _fine("more about the pagination", altered(lambda x: x.good["pagination"].update(next=None, a=[1]))),
)
MOVES = (
    _move("one deleted on page 1, one added at the end", _delete_and_add),
    _move("one added in front", lambda documents, turn: documents.insert(0, _another(documents, turn))),
    _move("one added at the end", lambda documents, turn: documents.append(_another(documents, turn))),
    _move("the first deleted", lambda documents, _: _drop(documents, 0)),
    _move("the last deleted", lambda documents, _: _drop(documents, -1)),
    _move("one of page 1 paid", _settle),
    _move("other figures on page 1", _raise_price),
    _move("another order, upside down", lambda documents, _: documents.reverse(), is_of_page_size=True),
    _move("two of different pages exchanged", _swap, is_of_page_size=True),
    _move("one of page 1 goes to the end", _rotate, is_of_page_size=True),
    _move(
        "the first half deleted",
        lambda documents, _: _drop(documents, slice(0, len(documents) // 2)),
        lasting=RECOVER,
    ),
)
