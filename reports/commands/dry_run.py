"""What a run would read and write, in sentences: `run --dry-run`. Nothing is asked and nothing written."""

import json
from collections.abc import Sequence

from reports.pipeline.jobs import Brief
from reports.plan import Plan


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
    return "\n".join(
        [
            f"{settings.path}: account {settings.account.name} at {settings.account.origin}",
            f"  period {plan.period.label}: {plan.period.first} to {plan.period.last}, both included",
            f"  clients: {chosen}",
            f"  filter: {json.dumps(wanted)}",
            *own_filters,
            *_extra_requests(plan),
            *_not_read_again(plan, listed),
            f"  would write {', '.join(made)} per client, index.html, summary.xlsx, run.json and run.log",
            f"  to {plan.folder}",
        ]
    )


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
