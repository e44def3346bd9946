"""What is asked at a terminal: a question, and the rule that the answer has to pass.

A rule returns the answer as it is used, or raises ValueError with what to type; then it is asked again.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from reports.commands.console import Dialogue
from reports.fiscal_id import format_fiscal_id, is_wrong
from reports.settings import validators
from reports.settings.config import Issuer

Value = TypeVar("Value")
YES = ("y", "yes", "s", "sim", "sí", "si")
NO = ("n", "no", "não", "nao")


def ask(person: Dialogue, question: str, rule: Callable[[str], Value], *, default: str = "") -> Value:
    """What `rule` makes of the answer."""
    while True:
        try:
            return rule(person.ask(question, default=default).strip())
        except ValueError as error:
            person.say(f"Please: {error}.")


def account(person: Dialogue) -> str:
    """The name of an account."""
    return ask(person, "Account, as in https://ACCOUNT.app.invoicexpress.com", validators.account_name)


def language(person: Dialogue) -> str:
    """The language of the papers."""
    question = f"Language of workbooks and statements ({', '.join(validators.LANGUAGES)})"
    return ask(person, question, partial(_one_of, validators.LANGUAGES), default=validators.LANGUAGES[0])


def issuer(person: Dialogue) -> Issuer:
    """Who the papers come from, as far as it is to be shown."""
    name = ask(person, "Your business, as at the head of a statement (Enter: left out)", _optional)
    fiscal_id = ask(person, "Its tax number, NIF (Enter: left out)", _fiscal_id)
    return Issuer(name=name, fiscal_id=fiscal_id)


def choice(person: Dialogue, rows: Sequence[str]) -> tuple[int, ...]:
    """Places from 0 of some of the `rows`, which are shown with their numbers."""
    person.say("\n".join(f"{number:>4}  {row}" for number, row in enumerate(rows, start=1)))
    question = "Which of these clients? all, or numbers such as: 1 3-5"
    return ask(person, question, lambda typed: parse_places(typed, len(rows)), default=validators.ALL_CLIENTS)


def is_agreed(person: Dialogue, question: str) -> bool:
    """Whether the answer is yes."""
    return ask(person, f"{question}? (y, n)", _yes_or_no, default="y")


def parse_places(typed: str, count: int) -> tuple[int, ...]:
    """Places from 0, each once, of `all` or of numbers from 1 to `count`, as in 1 3-5. Raises ValueError."""
    if typed.lower() == validators.ALL_CLIENTS:
        return tuple(range(count))
    found: dict[int, None] = {}
    for word in re.split(r"[\s,;]+", typed.strip(" ,;")):
        ends = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", word)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, 0)
        if not 1 <= first <= last <= count:
            raise ValueError(f"type all, or numbers from 1 to {count}, such as: 1 3-5")
        found |= dict.fromkeys(range(first - 1, last))
    return tuple(found)


def _one_of(words: Sequence[str], typed: str) -> str:
    if typed.lower() not in words:
        raise ValueError(f"type one of: {', '.join(words)}")
    return typed.lower()


def _yes_or_no(typed: str) -> bool:
    return _one_of((*YES, *NO), typed) in YES


def _optional(typed: str) -> str | None:
    return validators.text(typed) if typed else None


def _fiscal_id(typed: str) -> str | None:
    if typed and is_wrong(typed, None):
        raise ValueError("a digit is wrong in this number: type it again, or Enter alone to leave it out")
    return _optional(format_fiscal_id(typed) or typed)
