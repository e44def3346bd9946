"""What is asked of the API and made for each client, by the configuration and the account's own list."""

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING

from reports.deliver import record
from reports.deliver.record import Entry
from reports.figures.codes import NEVER_ISSUED, STATUSES, TYPES
from reports.figures.vendor_balance import is_comparable
from reports.plan import Plan, brand_of, issuer_of
from reports.settings import validators
from reports.source import details
from reports.source.client_list import AccountClient, ClientList, read_stored_clients
from reports.source.client_reading import Reading, Wanted

if TYPE_CHECKING:
    from reports.pipeline.client_job import ClientTask

LISTED_TYPES = tuple(name for name, kind in TYPES.items() if kind.sign)
LISTED_STATUSES = tuple(name for name in STATUSES if name not in NEVER_ISSUED)
"""What the account's own list of documents is asked for: what counts, and what was cancelled."""


class Brief:
    """A plan, client by client. `listing` is the account's list of clients once it has been read."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.configured = {client.id: client for client in plan.config.clients or ()}
        self.listing: ClientList | None = None
        self._brand = brand_of(plan.config)

    def build_wanted(self, client: int) -> Wanted:
        """What the API is asked about this client."""
        settings = self.plan.config
        own = self.configured.get(client)
        filters = (settings.client_filters(own) if own else settings.filters).as_request()
        kinds = (kind for kind in self._details(client) if kind != details.BALANCE or is_comparable(filters))
        return Wanted(client, filters, tuple(kinds))

    def task(self, found: Reading, kept: Entry | None = None) -> "ClientTask":
        """What is made of a reading: its figures alone where the files of the entry `kept` stay."""
        from reports.mail.eml import Mail
        from reports.pipeline.client_job import ClientTask
        from reports.render.job import Job
        from reports.render.mail_body import OwnWords

        plan, settings, client = self.plan, self.plan.config, found.client
        own, listed, email = self.configured.get(client), self.find_listed(client), settings.email
        listed_address = self._addresses.get(client) if email else None
        to = settings.recipients(client, listed_address)
        is_odd = bool(listed_address) and len(validators.parse_known_addresses(listed_address)) != 1
        is_written_to = email is not None and bool(to.to)
        failed = kept if kept and record.is_kept(kept) else None
        known = (own.name if own else None) or (listed.name if listed else None)
        return ClientTask(
            job=Job(
                client=client,
                archive=found.archive,
                name=failed["name"] if failed else known,
                fiscal_id=own.fiscal_id if own else None,
                language=settings.client_language(own) if own else settings.language,
                account_language=settings.language,
                issuer=issuer_of(settings),
                period=plan.period,
                time_zone=settings.time_zone.key,
                ageing=settings.statement.ageing,
                line_items=settings.statement.line_items,
                excel=settings.output.excel,
                html=settings.output.html,
                pdf=settings.output.pdf,
                brand=self._brand,
                region=settings.account.region,
                listed=listed,
                details=self._details(client),
                account_folder=plan.account_folder,
                own_words=OwnWords(email.subject, email.text) if email and is_written_to else None,
                mail_choice=settings.mail_choice(client),
                account=settings.account.name,
                read_at=dt.datetime.fromisoformat(failed["kept_from"]) if failed else None,
                unprinted=record.find_unprinted(kept) if kept else None,
                has_book=plan.is_reconciled,
            ),
            period_folder=plan.folder,
            pages=found.pages,
            requests=found.requests,
            is_mailing=email is not None,
            is_left_out=not settings.is_mailed(client),
            listed_address=listed_address if is_odd else None,
            mail=Mail(email.sender, settings.issuer.name, to.to, to.cc) if email and is_written_to else None,
            attachments=settings.attachments,
            kept=kept,
            has_data=bool(plan.data),
        )

    def _details(self, client: int) -> tuple[str, ...]:
        """What the statement shows of the account's own word on this client."""
        settings = self.plan.config
        # The list of clients says all that a client's own page does.
        is_asked = settings.account.client_details and self.find_listed(client) is None
        kinds = {details.CLIENT: is_asked, details.BALANCE: settings.statement.vendor_balance}
        return tuple(kind for kind, is_wanted in kinds.items() if is_wanted)

    def find_listed(self, client: int) -> AccountClient | None:
        """The client in the account's own list, where that was read whole."""
        if self.plan.config.clients is not None or not self.listing:
            return None
        return self.listing.by_id.get(client)

    def find_listing(self) -> ClientList | None:
        """The account's list of clients of this run, or else the one that was stored last."""
        return self.listing or read_stored_clients(self.plan.source, self.plan.config.account.name)

    @cached_property
    def _addresses(self) -> dict[int, str | None]:
        """Those of the account's list, where it decides; it is read before anybody is written to."""
        if self.plan.config.clients is not None:
            return {}
        # A run that could not ask for the list renders with the one it has.
        listing = self.find_listing()
        return listing.addresses if listing else {}
