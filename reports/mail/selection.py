"""The mails of a finished run: which may leave, and what keeps each of the others.

Each is held against the run record: the right client's, unchanged, and to whom the configuration names now.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

from reports import slugs
from reports.deliver import record
from reports.deliver.record import Entry
from reports.errors import ConfigError, NotRunError
from reports.mail import eml
from reports.mail.journal import Letter, Outbox, digest_figures
from reports.period import local_day
from reports.plan import Plan
from reports.render.content import account
from reports.settings.mail import Email, Recipients
from reports.source.client_list import read_stored_clients

_AGAIN = "render it again: run --offline, with this period"
_NO_MAIL = {
    account.NO_ADDRESS: f"it had no address when it was rendered; {_AGAIN}",
    account.TOO_LARGE: "its files are larger than mail takes",
    account.ON_PURPOSE: f"it was to get none when it was rendered; {_AGAIN}",
    account.NOT_SELECTED: f"it was not selected when it was rendered; {_AGAIN}",
}


class State(Enum):
    """How far a client's mail came."""

    SENT = "sent"
    PARTLY = "sent to some"
    BEFORE = "sent before"
    ON_PURPOSE = "without a mail, on purpose"
    NOT_SELECTED = "not selected (email.only)"
    HELD = "held back"
    FAILED = "failed"


@dataclass(frozen=True)
class Fate:
    """What became of a client's mail; `words` end a line about it. What has the same `reason` is counted."""

    client: int
    name: str
    state: State
    words: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.client}): {self.words}"


@dataclass(frozen=True)
class ReadyLetter:
    """A mail that may leave; `known_as` is the Message-ID under which it may have left already."""

    client: int
    name: str
    draft: bytes = field(repr=False)
    sha256: str
    recipients: tuple[str, ...]
    attachments: tuple[str, ...]
    known_as: str | None
    figures: str


@dataclass(frozen=True)
class Choice:
    """Whose mails: `clients`, or everybody's; `released` in spite of what the run saw to be off.

    `is_again`: also what left before; what may have left, or not, only when its client is `released` too.
    """

    clients: Collection[int] = ()
    released: Collection[int] = ()
    is_again: bool = False


class _Kept(Exception):  # noqa: N818 - what keeps a mail need not be an error
    """What keeps a mail from leaving."""

    def __init__(self, state: State, words: str, reason: str = "") -> None:
        super().__init__(words)
        self.state = state
        self.reason = reason


def sift(plan: Plan, email: Email, choice: Choice, outbox: Outbox) -> list[ReadyLetter | Fate]:
    """Every mail of the period that is chosen, in the order of the run record.

    Raises ConfigError, NotRunError.
    """
    found = record.read(plan.folder)
    if not found:
        raise no_run(plan)
    if trouble := record.mismatch(found, plan.config.account.name, plan.period):
        raise NotRunError(f"{plan.folder / record.FILE_NAME}: {trouble}. Run {plan.period.label} first")
    entries = record.entries(found)
    if unknown := [client for client in choice.clients if client not in entries]:
        raise ConfigError(f"--client {unknown[0]} is not in the run of {plan.period.label}: {plan.folder}")
    listing = read_stored_clients(plan.source, plan.config.account.name)
    listed = listing.addresses if listing else {}
    own = plan.config.clients
    configured = {*entries} if own is None else {client.id for client in own}
    sifted: list[ReadyLetter | Fate] = []
    for client, entry in entries.items():
        if client not in (choice.clients or configured):
            continue
        recipients = plan.config.recipients(client, listed.get(client))
        last = outbox.last(client, plan.period.label)
        try:
            sifted.append(_ready(plan, entry, email, recipients, choice, last))
        except _Kept as kept:
            sifted.append(Fate(client, entry["name"], kept.state, str(kept), kept.reason))
    return sifted


def no_run(plan: Plan) -> NotRunError:
    return NotRunError(
        f"{plan.folder}: there is no finished run of this period. Do it first: invoice-reports run"
    )


def describe_refused(refused: Mapping[str, str]) -> str:
    """`bea@example.com (550 no such user)`, and what to do, as the end of a text."""
    listed = ", ".join(f"{address} ({words})" for address, words in refused.items())
    return f"{listed}. Check the address, and forward the mail there yourself"


def _ready(
    plan: Plan, entry: Entry, email: Email, recipients: Recipients, choice: Choice, last: Letter | None
) -> ReadyLetter:
    """The mail of one client. Raises _Kept."""
    client = entry["id"]
    if not plan.config.is_mailed(client):
        raise _Kept(State.ON_PURPOSE, "nobody gets its mail, on purpose")
    if entry["state"] != "ready" and not record.is_kept(entry):
        raise _Kept(State.FAILED, f"it has no files, because the run failed for it: {entry['reason']}")
    draft = next((file for file in entry["files"] if file["path"].endswith(eml.ENDING)), None)
    figures = digest_figures(entry)
    if last:
        is_new = draft is not None and figures != last.figures
        if not last.figures:
            # A line of an earlier version knows the draft alone.
            is_new = draft is not None and draft["sha256"] != last.sha256
        _may_leave_again(last, choice, is_new=is_new)
    only = plan.config.mail_choice(client)
    if only != "all" and not _is_selected(entry, only):
        raise _Kept(State.NOT_SELECTED, f"not selected, for email.only is {only}")
    if not recipients.to:
        raise _Kept(
            State.HELD,
            "no address is known for it; give it one, or name it in email.never",
            account.NO_ADDRESS,
        )
    if not draft:
        unmailed = str(entry["unmailed"])
        raise _Kept(State.HELD, _NO_MAIL.get(unmailed, f"the run made no mail for it; {_AGAIN}"), unmailed)
    if client not in choice.released and (doubts := dict(_doubts(plan, entry, email))):
        reasons = "; ".join(doubts.values())
        words = f"{reasons}. Look at index.html; this mails it all the same: --client {client}"
        raise _Kept(State.HELD, words, ", ".join(doubts))
    data, heading = _prove(plan, entry, draft)
    if (heading.sender, heading.to, heading.cc) != (email.sender, recipients.to, recipients.cc):
        raise _Kept(State.FAILED, f"it is not addressed as the configuration is now; {_AGAIN}")
    everybody = tuple(dict.fromkeys((*recipients.to, *recipients.cc, *recipients.bcc)))
    known_as = last.message_id if last and last.is_unclear else None
    files = tuple(heading.files)
    return ReadyLetter(client, entry["name"], data, draft["sha256"], everybody, files, known_as, figures)


def _is_selected(entry: Entry, only: str) -> bool:
    """Whether a client gets a mail by `email.only`, from the figures of the run. Raises _Kept."""
    try:
        return account.is_selected(
            only,
            documents=entry["documents_counted"],
            open_amounts=[Decimal(bucket["amount"]) for bucket in entry["ageing"]],
            overdue=[Decimal(total["overdue"]) for total in entry["totals"]],
        )
    except (KeyError, TypeError, ArithmeticError):
        raise _Kept(State.FAILED, f"its figures in the run record cannot be read; {_AGAIN}") from None


def _doubts(plan: Plan, entry: Entry, email: Email) -> Iterator[tuple[str, str]]:
    """What the run itself saw to be off with a client that is ready, or whose earlier files are kept.

    Each with the word for its kind.
    """
    read_at = dt.datetime.fromisoformat(entry["read_at"] or entry["kept_from"])
    if entry["state"] != "ready":
        shown = f"{read_at.astimezone(plan.config.time_zone):%Y-%m-%d %H:%M}"
        reason = entry["reason"].rstrip(".")
        yield "kept", f"the last run failed for it, and its files are as of {shown}: {reason}"
    changes = entry.get("changes") or {}
    if changes.get("is_all_gone"):
        gone = changes["removed"] + changes["cancelled"]
        yield "gone", f"all {gone} documents that were reported up to {changes['since']} are gone"
    period = plan.period
    read_on = local_day(read_at, plan.config.time_zone)
    if read_on < period.first:
        yield (
            "too early",
            f"it was read on {read_on}, before {period.label} began: a reading of another period",
        )
    elif read_on <= period.last:
        yield "not over", f"{period.label} was not over when it was read, on {read_on}"
    warnings = sum(finding.get("level") == "warning" for finding in entry["findings"])
    if warnings and email.hold_on_warnings:
        yield "warnings", f"warnings: {warnings}"


def _may_leave_again(last: Letter, choice: Choice, *, is_new: bool) -> None:
    """Raises _Kept for what left before, or may have, unless it is to leave again.

    `is_new`: what is there now says something else than what left.
    """
    day = f"{last.at:%Y-%m-%d}"
    if last.is_unclear:
        if not (choice.is_again and last.client in choice.released):
            said = f"on {day} a mail may have left, or not"
            said = f"on {day} a mail may have left, or not ({last.reason})" if last.reason else said
            words = f"{said}. Ask whether it came; this mails it once more: --again --client {last.client}"
            raise _Kept(State.HELD, words, "unclear")
    elif not choice.is_again:
        if last.refused:
            raise _Kept(State.PARTLY, f"sent before, on {day}, but not to {describe_refused(last.refused)}")
        if is_new:
            words = f"sent before, on {day}, and rendered otherwise since; this mails the new one: --again"
            raise _Kept(State.HELD, words, "otherwise")
        raise _Kept(State.BEFORE, f"sent before, on {day}")


def _prove(plan: Plan, entry: Entry, draft: Mapping[str, Any]) -> tuple[bytes, eml.MailHeading]:
    """The draft, and what it says: this client's, as the run left it. Raises _Kept."""
    path = PurePosixPath(draft["path"])
    if missing := record.find_missing_files(entry, plan.folder):
        raise _Kept(State.FAILED, f"missing: {', '.join(missing)}; {_AGAIN}")
    try:
        data = (plan.folder / path).read_bytes()
        is_kept = record.are_files_kept(entry, plan.folder) and record.digest(data) == draft["sha256"]
    except OSError:
        is_kept = False
    if not is_kept:
        raise _Kept(State.FAILED, f"its files are not as the run left them; {_AGAIN}")
    heading = eml.read(data)
    known = {PurePosixPath(file["path"]).name: file["sha256"] for file in entry["files"]}
    is_theirs = all(known.get(name) == record.digest(content) for name, content in heading.files.items())
    is_its_period = path.stem == f"{path.parent.name}-{plan.period.label}"
    if slugs.client_of(path.parent.name) != entry["id"] or not is_theirs or not is_its_period:
        raise _Kept(State.FAILED, f"what is in the mail is not what the run made for this client; {_AGAIN}")
    # It was made without a PDF where none could be printed, which is a warning.
    kinds = [kind for kind in plan.config.attachments if kind != "pdf" or not record.find_unprinted(entry)]
    wanted = (f"{path.stem}.{kind}" for kind in kinds)
    if lacking := [name for name in wanted if name not in heading.files]:
        raise _Kept(State.FAILED, f"in email.attach, but not in the mail: {', '.join(lacking)}; {_AGAIN}")
    return data, heading
