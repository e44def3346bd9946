"""The month, in reading order: plan, read, render, publish, sum up, record, and mail where that is wanted.

A client that fails never stops the others; a refused key or a full disk stops its account. Whatever happened,
overview, summary and run record say so.
"""

import datetime as dt
import logging
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from reports import TOOL, __version__, atomic_files, cancellation
from reports.deliver import publish, record, run_log
from reports.deliver.client_names import find_clients
from reports.errors import (
    ClientError,
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
from reports.pipeline.executor import JobExecutor, load_modules
from reports.pipeline.jobs import LISTED_STATUSES, LISTED_TYPES
from reports.plan import Clock, Outcome, Plan, Screen, brand_of, last_line
from reports.redaction import Redactor
from reports.render import pdf
from reports.settings import credentials
from reports.settings.config import Config, resolve_period
from reports.source import archive
from reports.source.client_list import ClientList, fetch_clients, read_stored_clients
from reports.source.client_reading import Failure, Reading
from reports.source.document_list import ListedDocument, fetch_documents, read_stored_documents
from reports.source.fetch import fetch
from reports.source.http.api import Api
from reports.source.http.waiting import announce

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
            if settings.output.pdf:
                pdf.find()
            if settings.statement.templates:
                from reports.render.html import pages

                pages.check_templates(brand_of(settings))
            today = local_day(now, settings.time_zone)
            account, email = settings.account, settings.email
            is_mailing = email is not None and (email.when == "send" or email.operator is not None)
            made.append(
                Plan(
                    config=settings,
                    period=_resolve_begun_period(settings, today, options),
                    account_folder=(options.output or settings.output.folder) / account.name,
                    key=credentials.api_key(account.name, account.api_key) if with_keys else None,
                    mail_password=send.password(settings) if with_keys and is_mailing else None,
                    only=own,
                    today=today,
                    is_offline=options.is_offline,
                    is_elsewhere=options.output is not None,
                    told_in=options.language,
                    resumes_day=today if options.is_resumed else None,
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
        for found in _readings(plan, month, now):
            month.take(found)
        month.publish_rest()
        month.keep_the_others()
    from reports.pipeline import finish

    # What workers that died had begun.
    atomic_files.sweep(plan.folder)
    with _end_in_order(month):
        finish.sum_up(month)
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


def _readings(plan: Plan, month: AccountRun, now: Clock) -> Iterator[Reading | Failure]:
    """Each client as soon as it is read, or its stored reading."""
    if plan.is_offline:
        month.expect(*_clients_offline(plan))
        month.document_list = _find_document_list(plan)
        yield from (month.read_stored(client) for client in month.expected)
        return
    today, settings = plan.resumed, plan.config.requests
    api = Api(
        plan.config.account.origin,
        plan.key or "",
        per_page=settings.page_size,
        per_minute=settings.per_minute,
        deadline_seconds=settings.deadline_minutes * 60,
    )
    with closing(api), announce(api.describe_wait, month.screen.say):
        listing = partial(
            fetch_clients, api, account=plan.config.account.name, source=plan.source, now=_seconds(now)
        )
        if plan.config.clients is None:
            everyone = (today and today.clients(everything=True)) or listing(everything=True)
            month.expect([*everyone.by_id], everyone)
        else:
            month.expect([*month.brief.configured])
        wanted = [month.brief.build_wanted(client) for client in month.expected]
        resumed = {want.client: found for want in wanted if today and (found := today.find_reading(want))}
        yield from resumed.values()
        loading = threading.Thread(target=_load, args=(month.executor,))
        loading.start()
        readings = fetch(
            api,
            [want for want in wanted if want.client not in resumed],
            account=plan.config.account.name,
            source=plan.source,
            verify=settings.verify,
            parallel=settings.parallel,
            now=_seconds(now),
            on_page=month.page,
            meanwhile=month.publish_made,
            as_of=plan.today,
        )
        with closing(readings):
            for result in readings:
                # Ctrl+C in an import that waits for another thread's would leave Python's own locks held.
                loading.join()
                yield result
        is_count_wanted = plan.config.clients is not None and month.has_read_something
        if is_count_wanted and not (today and today.clients(everything=False)):
            try:
                month.brief.listing = listing(everything=False)
            except ClientError as error:
                # Not worth failing for.
                log.warning("how many clients the account has is not known: %s", error)
        if plan.only:
            month.document_list = _find_document_list(plan)
        elif month.has_read_something:
            _read_document_list(month, api, now)


def _find_document_list(plan: Plan) -> Sequence[ListedDocument] | None:
    """The account's own list of the period's documents as an earlier run read it."""
    return read_stored_documents(plan.source, plan.config.account.name, period=plan.period)


def _read_document_list(month: AccountRun, api: Api, now: Clock) -> None:
    """The account's own list of the period's documents, which fails nothing."""
    plan = month.plan
    month.document_list = plan.resumed.documents(plan.period) if plan.resumed else None
    if month.document_list is None:
        with month.go_on_without():
            month.document_list = fetch_documents(
                api,
                account=plan.config.account.name,
                source=plan.source,
                period=plan.period,
                types=LISTED_TYPES,
                statuses=LISTED_STATUSES,
                parallel=plan.config.requests.parallel,
                now=_seconds(now),
            )


def _load(executor: JobExecutor) -> None:
    """What is heavy, half a second's worth and more; in a thread, while the API is waited for."""
    import_module("reports.pipeline.finish")
    if executor.is_local:
        load_modules()


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


def _clients_offline(plan: Plan) -> tuple[Sequence[int], ClientList | None]:
    if plan.config.clients is not None:
        return [client.id for client in plan.config.clients], None
    stored = read_stored_clients(plan.source, plan.config.account.name)
    return [*stored.by_id] if stored else archive.list_client_ids(plan.source), stored


def _seconds(now: Clock) -> Clock:
    """Whole seconds: what the archive says is what the record says."""
    return lambda: now().replace(microsecond=0)
