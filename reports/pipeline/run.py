"""The month, in reading order: plan, read, render, publish, sum up, record, and mail where that is wanted.

A client that fails never stops the others; a refused key or a full disk stops its account. Whatever happened,
overview, summary and run record say so.
"""

import datetime as dt
import logging
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reports import TOOL, __version__, atomic_files, cancellation
from reports.deliver import publish, record, run_log
from reports.deliver.client_names import find_clients
from reports.errors import (
    ConfigError,
    ExitCode,
    NeverReadError,
    ReadingError,
    ReportsError,
    WriteError,
    most_severe,
)
from reports.mail import operator, send
from reports.mail.selection import Choice
from reports.period import Period, local_day
from reports.pipeline.account_run import AccountRun
from reports.pipeline.accounts import side_by_side
from reports.pipeline.executor import JobExecutor
from reports.pipeline.readings import list_readings
from reports.pipeline.saft_comparison import compare_or_note
from reports.plan import Clock, Outcome, Plan, Screen, brand_of, last_line
from reports.redaction import Redactor
from reports.settings import credentials
from reports.settings.config import Config, resolve_period
from reports.source import archive

INTERRUPTED = "interrupted before this client was done. Run again"
NOTHING_LEAVES_AFTER = {ExitCode.BUG, ExitCode.INTERRUPTED}
"""After a run that ended like this nothing is mailed by itself."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunOptions:
    """What the command line says over the configuration."""

    period: str | None = None
    clients: tuple[str, ...] = ()
    output: Path | None = None
    is_offline: bool = False
    is_resumed: bool = False
    may_not_have_begun: bool = False
    language: str | None = None


def plans(
    configs: Sequence[Config], options: RunOptions, *, now: dt.datetime, with_keys: bool
) -> tuple[Plan, ...]:
    """What a run of `configs` would do. Raises ConfigError, a missing key included."""
    made, troubles = [], []
    named = find_clients(options.clients, configs, output=options.output)
    owners = {client.id: client.config or _owner(client.id, configs) for client in named}
    for settings in configs:
        own = tuple(client for client, owner in owners.items() if owner is settings)
        if options.clients and not own:
            continue
        try:
            if settings.statement.templates:
                from reports.render.html import pages

                pages.check_templates(brand_of(settings))
            today = local_day(now, settings.time_zone)
            account, email = settings.account, settings.email
            period = _resolve_begun_period(settings, today, options)
            is_mailing = email is not None and (email.when == "send" or email.operator is not None)
            made.append(
                Plan(
                    config=settings,
                    period=period,
                    account_folder=(options.output or settings.output.folder) / account.name,
                    key=credentials.api_key(account.name, account.api_key) if with_keys else None,
                    mail_password=send.password(settings) if with_keys and is_mailing else None,
                    only=own,
                    today=today,
                    is_offline=options.is_offline,
                    is_elsewhere=options.output is not None,
                    told_in=options.language,
                    resumes_day=today if options.is_resumed else None,
                    is_reconciled=settings.account.saft and not own and bool(period.months),
                    data=settings.output.data,
                )
            )
        except ConfigError as error:
            troubles.append(f"{settings.path}: {error}")
    counts = Counter(plan.account_folder for plan in made)
    twice = [folder for folder, count in counts.items() if count > 1]
    troubles += [f"{folder}: two configurations write to this folder" for folder in twice]
    if troubles:
        raise ConfigError("\n".join(troubles))
    return tuple(made)


def _resolve_begun_period(settings: Config, today: dt.date, options: RunOptions) -> Period:
    """The period of a run. Raises ConfigError for one of the command line that has not begun."""
    period = resolve_period(settings, today, options.period)
    if options.period and today < period.first and not options.may_not_have_begun:
        raise ConfigError(
            f"--period {options.period} begins on {period.first}, and today is {today}: choose one that has "
            "begun, or add --even-if-not-begun"
        )
    return period


def run(
    planned: Sequence[Plan], *, now: Clock, screen: Screen, redact: Redactor, executor: JobExecutor
) -> Outcome:
    """Does the month of every plan, closes `executor`, and gives the most severe outcome of all."""
    redact.add(*(secret for plan in planned for secret in (plan.key, plan.mail_password) if secret))
    with executor:
        do = partial(_account, now=now, redact=redact, executor=executor)
        if len(planned) == 1:
            return do(planned[0], screen)
        outcomes = side_by_side(planned, do, screen, stop=executor.stop)
    code = most_severe(outcome.exit_code for outcome in outcomes)
    plan, worst = next(pair for pair in zip(planned, outcomes, strict=True) if pair[1].exit_code == code)
    whose = f"{plan.config.account.name} {plan.period.label}"
    return Outcome(code, f"{len(outcomes)} accounts; the most severe: {whose}: {worst.message}", worst.folder)


def _account(plan: Plan, screen: Screen, *, now: Clock, redact: Redactor, executor: JobExecutor) -> Outcome:
    try:
        has_record = plan.is_offline and (plan.folder / record.FILE_NAME).exists()
        if plan.is_offline and not has_record and not archive.list_client_ids(plan.source):
            raise NeverReadError(
                f"{plan.period.label} of {plan.config.account.name} was never read into {plan.folder}. "
                "Run without --offline, or name another --period or --output"
            )
        with publish.one_run(plan.account_folder):
            publish.prepare(plan.folder)
            publish.prepare(plan.source, is_private=True)
            with run_log.open_log(plan.folder, redact):
                outcome = _month(plan, now=now, screen=screen, executor=executor)
                operator.tell(plan, outcome, at=now(), screen=screen, redact=redact)
                return outcome
    except ReportsError as error:
        outcome = Outcome(error.exit_code, last_line(str(error), error.exit_code))
    operator.tell(plan, outcome, at=now(), screen=screen, redact=redact)
    return outcome


def _month(plan: Plan, *, now: Clock, screen: Screen, executor: JobExecutor) -> Outcome:
    started_at, period = now(), plan.period
    about = f"account {plan.config.account.name}, period {period.label} ({period.first} to {period.last})"
    where = f"configuration {plan.config.path}, folder {plan.folder}"
    log.info("%s %s, %s, %s", TOOL, __version__, about, where)
    month = AccountRun(plan, screen, executor)
    is_sending = plan.config.email is not None and plan.config.email.when == "send"
    if plan.is_elsewhere and is_sending:
        month.remarks.append("nothing is mailed from another folder (--output)")
    with _end_in_order(month):
        publish.repair(plan.folder)
        atomic_files.sweep(plan.source)
        for found in list_readings(plan, month, now):
            month.take(found)
        month.publish_rest()
        month.keep_the_others()
    from reports.pipeline import finish

    if month.saft_files:
        with _end_in_order(month):
            month.saft = compare_or_note(month, month.saft_files)

    # What workers that died had begun.
    atomic_files.sweep(plan.folder, but=[made.rows for made in month.made.values() if made.rows])
    with _end_in_order(month):
        finish.sum_up(month)
    atomic_files.sweep(plan.folder)
    try:
        outcome = finish.finish(month, started_at=started_at, now=now)
        is_mailing = is_sending and not plan.is_offline and not plan.is_elsewhere
        has_mail = month.is_recorded and month.ready and outcome.exit_code not in NOTHING_LEAVES_AFTER
        if not is_mailing or not has_mail:
            return outcome
        # Only what a finished run has written is mailed, so the record comes first.
        with _end_in_order(month):
            cancellation.check_cancelled()
            month.add(send.send(plan, Choice(clients=month.ready), now=now, screen=screen))
    except KeyboardInterrupt:
        month.give_up(ReadingError(INTERRUPTED), ExitCode.INTERRUPTED)
    # The record is written once more, and says so.
    with publish.delay_interrupt():
        return finish.finish(month, started_at=started_at, now=now)


@contextmanager
def _end_in_order(month: AccountRun) -> Iterator[None]:
    """Whatever stops the block, the run goes on to its record, which says so."""
    try:
        yield
    except ReportsError as error:
        log.error("%s", error)
        if not (isinstance(error, WriteError) and error.disk_full):
            # What was read completely is done all the same.
            with _end_in_order(month):
                month.publish_rest()
        month.give_up(error, error.exit_code)
    except KeyboardInterrupt:
        if threading.current_thread() is threading.main_thread():
            month.executor.stop()
        month.give_up(ReadingError(INTERRUPTED), ExitCode.INTERRUPTED)
    except Exception as bug:
        # The one place that catches everything: what was done until here still gets its record.
        if limit := atomic_files.as_limit_error(bug, month.plan.folder):
            log.exception("%s", limit)
            month.give_up(limit, limit.exit_code, may_render=False)
            return
        log.exception("a bug stopped this run")
        reason = f"stopped by a bug in {TOOL} ({type(bug).__name__}); run.log has the details"
        month.give_up(ReadingError(reason), ExitCode.BUG, may_render=False)


def _owner(client: int, configs: Sequence[Config]) -> Config:
    """The configuration that lists `client`, or else the one that is about all clients of its account."""
    owners = [settings for settings in configs if any(own.id == client for own in settings.clients or ())]
    owners = owners or [settings for settings in configs if settings.clients is None]
    if not owners:
        known = sorted(own.id for settings in configs for own in settings.clients or ())
        raise ConfigError(
            f"--client {client} is in no configuration; the clients are {', '.join(map(str, known[:20]))}"
        )
    if len(owners) > 1:
        places = " or ".join(f"{settings.path}" for settings in owners)
        raise ConfigError(f"--client {client} may be of {places}: name one of them only")
    return owners[0]
