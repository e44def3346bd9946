"""What a run would read and write, in sentences: `run --dry-run`. Nothing is asked and nothing written."""

import json
from collections.abc import Collection, Iterator, Sequence

from reports.deliver import result_page
from reports.figures.checks.account_checks import check_period
from reports.pipeline.jobs import Brief
from reports.plan import Plan
from reports.settings.config import Config

_WITHOUT = {
    "with-documents": "without a document in the period",
    "open": "without an open document",
    "overdue": "with nothing overdue",
}
"""Who gets no mail, by `email.only`."""


def describe(plan: Plan) -> str:
    """Some lines on one account's month."""
    settings = plan.config
    listed = plan.only or [own.id for own in settings.clients or ()]
    chosen = ", ".join(map(str, listed)) or "all of the account"
    wanted = settings.filters.as_request()
    own_filters = [
        f"  filter of client {own.id}: {json.dumps(filters)}"
        for own in settings.clients or ()
        if (filters := settings.client_filters(own).as_request()) != wanted
        and (not plan.only or own.id in plan.only)
    ]
    made = [name for name, is_made in settings.output.made.items() if is_made]
    made += ["eml"] if settings.email else []
    findings = check_period(plan.period, plan.today)
    return "\n".join(
        [
            f"{settings.path}: account {settings.account.name} at {settings.account.origin}",
            f"  period {plan.period.label}: {plan.period.first} to {plan.period.last}, both included",
            *(f"  warning: {finding.message}" for finding, _ in findings),
            f"  clients: {chosen}",
            f"  filter: {json.dumps(wanted)}",
            *own_filters,
            *_extra_requests(plan),
            *_not_read_again(plan, listed),
            *(f"  mail: {line}" for line in describe_unmailed(settings, plan.only)),
            f"  would write {', '.join(made)} per client, index.html, summary.xlsx, run.json and run.log",
            f"  to {plan.folder}",
            f"  and how it ended to {plan.account_folder.parent / result_page.FILE_NAME}",
        ]
    )


def describe_unmailed(settings: Config, only: Collection[int] = ()) -> Iterator[str]:
    """Who gets no mail, as far as the configuration says, of `only` these clients; empty for all."""
    email = settings.email
    if email is None:
        return
    configured = [client.id for client in settings.clients or ()]
    clients = [client for client in configured or email.never if not only or client in only]
    mailed = [client for client in clients if settings.is_mailed(client)]
    if nobody := [str(client) for client in mailed if not settings.recipients(client, None).to]:
        yield f"no address in to, and so none for {', '.join(nobody)}"
    if left_out := [str(client) for client in clients if client not in mailed]:
        yield f"on purpose none for {', '.join(left_out)}"
    if email.only != "all":
        yield f"none for clients {_WITHOUT[email.only]} (email.only: {email.only})"
    for client in mailed:
        choice = settings.mail_choice(client)
        if choice != email.only:
            yield f"for client {client} its own only: {choice}"


def _extra_requests(plan: Plan) -> list[str]:
    if plan.is_offline:
        return ["  would read the stored pages and ask the API nothing"]
    settings = plan.config
    asked = []
    # The list of clients says all that a client's own page does.
    if settings.account.client_details and settings.clients is not None:
        asked.append("  would ask besides, for every client: the client's own page")
    if settings.statement.vendor_balance:
        asked.append("  would ask besides, for every client: its balance")
    if not plan.only and (plan.resumed is None or plan.resumed.documents(plan.period) is None):
        asked.append("  would ask besides, once: the account's own list of the period's documents")
    return asked


def _not_read_again(plan: Plan, expected: Sequence[int]) -> list[str]:
    brief = Brief(plan)
    if plan.resumed and plan.config.clients is None and (listing := plan.resumed.clients(everything=True)):
        expected = plan.only or [listed.id for listed in listing.clients]
        brief.listing = listing
    resumed = [
        str(client)
        for client in expected
        if plan.resumed and plan.resumed.find_reading(brief.build_wanted(client))
    ]
    return [f"  would not read again, read completely today: {', '.join(resumed)}"] if resumed else []
