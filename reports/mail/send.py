"""Mails what a finished run wrote, each client once. A mail under way is ended before Ctrl+C is heard."""

import datetime as dt
import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

from reports import TOOL, __version__, cancellation
from reports.deliver import publish, run_log
from reports.errors import ConfigError, ExitCode, MailError, WriteError, most_severe
from reports.mail.journal import Event, Letter, Outbox
from reports.mail.mailer import Post, Receipt, stamp
from reports.mail.selection import Choice, Fate, ReadyLetter, State, describe_refused, no_run, sift
from reports.period import local_day
from reports.plan import Clock, Outcome, Plan, Screen, few, last_line
from reports.redaction import Redactor
from reports.settings import credentials
from reports.settings.config import Config, resolve_period
from reports.settings.mail import Email, Smtp
from reports.source.http.waiting import announce

INTERRUPTED = "interrupted before it was sent"
_COUNTS = {
    State.BEFORE: "sent before: {count}",
    State.ON_PURPOSE: "without a mail, on purpose: {count}",
    State.NOT_SELECTED: "not selected (email.only): {count}",
}
_HEADS = {
    State.PARTLY: "sent to some: {count}, {names}",
    State.HELD: "held back: {count}, {names}",
    State.FAILED: "failed: {count}, {names}",
}
"""What the last sentence says of mails that did not leave as they should."""

_log = logging.getLogger(__name__)


def plan(settings: Config, period: str | None, *, now: dt.datetime, with_password: bool) -> Plan:
    """What `send` is about. Raises ConfigError, a missing password included."""
    today = local_day(now, settings.time_zone)
    return Plan(
        config=settings,
        period=resolve_period(settings, today, period),
        account_folder=settings.output.folder / settings.account.name,
        key=None,
        only=(),
        today=today,
        mail_password=password(settings) if with_password else None,
    )


def password(settings: Config) -> str | None:
    """What the mail server's login needs; None where there is no login. Raises ConfigError."""
    smtp = settings.email.smtp if settings.email else None
    return credentials.mail_password(settings.account.name, smtp.password) if smtp and smtp.user else None


def run(planned: Plan, choice: Choice, *, now: Clock, screen: Screen, redact: Redactor) -> Outcome:
    """`send` as a command: alone in the account's folder, noted in the run's log. Raises ReportsError."""
    _settings(planned.config)
    if not planned.folder.is_dir():
        raise no_run(planned)
    with publish.one_run(planned.account_folder), run_log.open_log(planned.folder, redact, is_continued=True):
        about = f"account {planned.config.account.name}, period {planned.period.label}"
        _log.info("%s %s sends, %s", TOOL, __version__, about)
        publish.repair(planned.folder)
        outcome = send(planned, choice, now=now, screen=screen)
        message = last_line(outcome.message, outcome.exit_code)
        _log.info("%s", message)
        return replace(outcome, message=message)


def send(planned: Plan, choice: Choice, *, now: Clock, screen: Screen) -> Outcome:
    """Mails what is chosen, while the caller holds the account's lock.

    Raises ConfigError, NotRunError, WriteError.
    """
    email, smtp = _settings(planned.config)
    outbox = Outbox(planned.account_folder)
    fates: list[Fate] = []

    def note(fate: Fate) -> None:
        fates.append(fate)
        is_well = fate.state not in (State.PARTLY, State.HELD, State.FAILED)
        _log.log(logging.INFO if is_well else logging.WARNING, "mail of %s", fate)
        screen.say(str(fate))

    ready = []
    for one in sift(planned, email, choice, outbox):
        if isinstance(one, ReadyLetter):
            ready.append(one)
        else:
            note(one)
    code, trouble = ExitCode.DONE, None
    try:
        if ready:
            with ExitStack() as stack:
                with _say_while_waiting(screen, f"waiting for the mail server {smtp.host}"):
                    post = stack.enter_context(Post(smtp, planned.mail_password))
                for mail in ready:
                    cancellation.check_cancelled()
                    # What was handed over and what is noted of it stay the same.
                    with publish.delay_interrupt():
                        with _say_while_waiting(
                            screen,
                            f"waiting for the mail server {smtp.host}, with the mail of {mail.name} "
                            f"({mail.client})",
                        ):
                            fate = _send(mail, planned, email, post=post, outbox=outbox, now=now)
                        note(fate)
    except (MailError, WriteError) as error:
        code, trouble = error.exit_code, str(error)
    except KeyboardInterrupt:
        code, trouble = ExitCode.INTERRUPTED, INTERRUPTED
    if trouble:
        done = {fate.client for fate in fates}
        rest = [mail for mail in ready if mail.client not in done]
        fates += [Fate(mail.client, mail.name, State.FAILED, trouble) for mail in rest]
    return Outcome(most_severe([code, _code(fates)]), "; ".join(_parts(fates)), planned.folder)


def describe(planned: Plan, choice: Choice) -> Iterator[str]:
    """What `send` would do, in lines. Asks nobody and writes nothing. Raises as `send`."""
    email, _ = _settings(planned.config)
    for one in sift(planned, email, choice, Outbox(planned.account_folder)):
        if isinstance(one, Fate):
            yield str(one)
        else:
            yield (
                f"{one.name} ({one.client}): would be sent to {', '.join(one.recipients)}; "
                f"{len(one.draft) / 1000:,.0f} kB with {', '.join(one.attachments) or 'nothing attached'}"
            )


def _settings(settings: Config) -> tuple[Email, Smtp]:
    if settings.email is None or settings.email.smtp is None:
        raise ConfigError(
            f"{settings.path}: there is no mail server in it: write email with smtp and its host, or mail "
            "the drafts (.eml) yourself"
        )
    return settings.email, settings.email.smtp


def _say_while_waiting(screen: Screen, what: str) -> AbstractContextManager[None]:
    """In the block, says `what` every few seconds, and since when."""
    begun = time.monotonic()
    return announce(lambda: f"{what}: {time.monotonic() - begun:.0f} seconds so far", screen.say)


def _send(mail: ReadyLetter, planned: Plan, email: Email, *, post: Post, outbox: Outbox, now: Clock) -> Fate:
    """Announces a mail, hands it over, and notes what became of it. Raises WriteError."""
    at = now().astimezone(planned.config.time_zone).replace(microsecond=0)
    known_as = mail.known_as or f"<{secrets.token_hex(16)}@{email.sender.rpartition('@')[2]}>"
    letter = Letter(
        client=mail.client,
        period=planned.period.label,
        message_id=known_as,
        recipients=mail.recipients,
        sha256=mail.sha256,
        at=at,
        figures=mail.figures,
    )
    outbox.announce(letter)
    whole = stamp(mail.draft, message_id=known_as, at=at)
    receipt = post.deliver(whole, sender=email.sender, recipients=mail.recipients)
    try:
        outbox.note(replace(letter, **vars(receipt)))
    except WriteError as error:
        raise WriteError(
            f"{error}. The mail of {mail.name} ({mail.client}) is {receipt.event} all the same, not noted",
            disk_full=error.disk_full,
        ) from error
    return _fate(mail, receipt)


def _fate(mail: ReadyLetter, receipt: Receipt) -> Fate:
    everybody = ", ".join(one for one in mail.recipients if one not in receipt.refused)
    state, words = {
        Event.SENT: (State.SENT, f"sent to {everybody}"),
        Event.UNCLEAR: (State.HELD, f"it may have left, or not: {receipt.reason}"),
        Event.FAILED: (State.FAILED, f"{receipt.reason}; the next send tries again"),
    }.get(receipt.event, (State.FAILED, str(receipt.reason)))
    if receipt.refused and state is State.SENT:
        state, words = State.PARTLY, f"{words}, but not to {describe_refused(receipt.refused)}"
    return Fate(mail.client, mail.name, state, words)


def _code(fates: Sequence[Fate]) -> ExitCode:
    states = {fate.state for fate in fates}
    if State.FAILED in states and not states & {State.SENT, State.PARTLY, State.BEFORE}:
        return ExitCode.NONE_DONE
    if states & {State.FAILED, State.PARTLY}:
        return ExitCode.SOME_FAILED
    return ExitCode.WARNINGS if State.HELD in states else ExitCode.DONE


def _parts(fates: Sequence[Fate]) -> Iterator[str]:
    """What happened, for one sentence: each reason with its count, and of what went wrong the first case."""
    yield f"mails sent: {sum(fate.state is State.SENT for fate in fates)}"
    for state, sentence in _COUNTS.items():
        if count := sum(fate.state is state for fate in fates):
            yield sentence.format(count=count)
    for state, head in _HEADS.items():
        of_state = [fate for fate in fates if fate.state is state]
        for reason in dict.fromkeys(fate.reason for fate in of_state):
            own = [fate for fate in of_state if fate.reason == reason]
            named = few([f"{fate.name} ({fate.client})" for fate in own])
            yield f"{head.format(count=len(own), names=named)}: {own[0].words}".rstrip(".")
