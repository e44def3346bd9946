"""What a run reads: each client as soon as it is complete, and what the account says beside its clients."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from importlib import import_module

from reports.errors import ClientError
from reports.pipeline.account_run import AccountRun
from reports.pipeline.executor import JobExecutor, load_modules
from reports.pipeline.jobs import LISTED_STATUSES, LISTED_TYPES, Brief
from reports.pipeline.saft_comparison import fetch_files, find_kept_files
from reports.plan import Clock, Plan
from reports.source import archive
from reports.source.client_list import ClientList, fetch_clients
from reports.source.client_reading import Failure, Reading
from reports.source.document_list import ListedDocument, fetch_documents, read_stored_documents
from reports.source.fetch import fetch
from reports.source.http.api import Api
from reports.source.http.waiting import announce

log = logging.getLogger(__name__)


def list_readings(plan: Plan, month: AccountRun, now: Clock) -> Iterator[Reading | Failure]:
    """Each client as soon as it is read, or its stored reading."""
    if plan.is_offline:
        month.expect(*_clients_offline(month.brief))
        month.document_list = find_document_list(plan)
        if plan.is_reconciled:
            month.saft_files = find_kept_files(plan)
        yield from (month.read_stored(client) for client in month.expected)
        return
    today, settings = plan.resumed, plan.config.requests
    api = open_api(plan)
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
            month.document_list = find_document_list(plan)
        elif month.has_read_something:
            _read_document_list(month, api, now)
        if plan.is_reconciled and month.has_read_something:
            month.saft_files = fetch_files(api, plan)


def open_api(plan: Plan) -> Api:
    """The API of the plan's account, by its configuration."""
    settings = plan.config.requests
    return Api(
        plan.config.account.origin,
        plan.key or "",
        per_page=settings.page_size,
        per_minute=settings.per_minute,
        deadline_seconds=settings.deadline_minutes * 60,
    )


def find_document_list(plan: Plan) -> Sequence[ListedDocument] | None:
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


def _clients_offline(brief: Brief) -> tuple[Sequence[int], ClientList | None]:
    if brief.plan.config.clients is not None:
        return [*brief.configured], None
    stored = brief.find_listing()
    return [*stored.by_id] if stored else archive.list_client_ids(brief.plan.source), stored


def _seconds(now: Clock) -> Clock:
    """Whole seconds: what the archive says is what the record says."""
    return lambda: now().replace(microsecond=0)
