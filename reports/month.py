"""One account's month under way: which clients are done, which failed, and what the account's pages show.

A client that fails keeps the folder it had. Clients that are not this run's keep their entry: overview and
summary always cover every archive of the period.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from reports import files, names, result
from reports.deliver import message, publish, record
from reports.deliver.message import Mail
from reports.deliver.record import Entry
from reports.errors import ClientError, ExitCode, ReadingError, ReportsError, WriteError, most_severe
from reports.figures import checks
from reports.figures.vendor_balance import is_comparable
from reports.plan import Clock, Outcome, Plan, Screen, brand_of, few, issuer_of, last_line
from reports.render import account_pages, pages, workbook
from reports.render.account_pages import Account, ClientLine, Grids
from reports.render.job import Job, Rendered, render
from reports.render.labels import Labels
from reports.render.mail_body import OwnWords
from reports.settings.mail import Recipients
from reports.source import archive, details, earlier
from reports.source.client_list import AccountClient, ClientList, read_clients
from reports.source.fetch import Failure, Reading, Wanted

UNMAILED = {
    account_pages.NO_ADDRESS: "without an address, so without a mail",
    account_pages.TOO_LARGE: "with files larger than mail takes, so without a mail",
}

log = logging.getLogger(__name__)


class Month:
    """One account's month under way: what is done, what failed, what was there before."""

    def __init__(self, plan: Plan, screen: Screen) -> None:
        self.plan = plan
        self.screen = screen
        self.labels = Labels(plan.config.language)
        self.brand = brand_of(plan.config)
        self.before = record.entries(record.read(plan.folder))
        self.configured = {client.id: client for client in plan.config.clients or ()}
        # Until the run knows better: whom the last one was about.
        self.everyone = tuple(self.configured or self.before)
        self.stopped_by: ReportsError | None = None
        self.listing: ClientList | None = None
        self.entries: dict[int, Entry] = {}
        self.lines: dict[int, ClientLine] = {}
        self.grids: dict[int, Grids] = {}
        self.codes: list[ExitCode] = []
        self.unwritten: list[WriteError] = []
        self.remarks: list[str] = []
        self.is_recorded = False

    @property
    def has_read_something(self) -> bool:
        return any(entry["state"] == "ready" for entry in self.entries.values())

    @property
    def ready(self) -> tuple[int, ...]:
        """This run's clients that are done."""
        found = (client for client in self.expected if client in self.entries)
        return tuple(client for client in found if self.entries[client]["state"] == "ready")

    @property
    def expected(self) -> tuple[int, ...]:
        """This run's clients: those that were chosen, or else everyone."""
        return self.plan.only or self.everyone

    def expect(self, clients: Sequence[int], listing: ClientList | None = None) -> None:
        """These are all the clients there are to report on, in this order."""
        self.everyone = tuple(clients)
        self.listing = listing or self.listing

    def count(self, ask: Callable[[], ClientList]) -> None:
        """Learns how many clients the account has; not worth failing for."""
        try:
            self.listing = ask()
        except ClientError as error:
            log.warning("how many clients the account has is not known: %s", error)

    def page(self, client: int, done: int, total: int) -> None:
        self.screen.progress(
            len(self.entries), len(self.expected), f"client {client}: page {done} of {total}"
        )

    def filters(self, client: int) -> dict[str, list[str]]:
        """What is asked for this client."""
        settings = self.plan.config
        own = self.configured.get(client)
        return (settings.client_filters(own) if own else settings.filters).as_request()

    def details(self, client: int) -> tuple[str, ...]:
        """What the statement shows of the account's own word on this client."""
        settings = self.plan.config
        # The list of clients says all that a client's own page does.
        is_asked = settings.account.client_details and self._listed(client) is None
        kinds = {details.CLIENT: is_asked, details.BALANCE: settings.statement.vendor_balance}
        return tuple(kind for kind, is_wanted in kinds.items() if is_wanted)

    def wanted(self, client: int) -> Wanted:
        """What the API is asked about this client."""
        filters = self.filters(client)
        kinds = (kind for kind in self.details(client) if kind != details.BALANCE or is_comparable(filters))
        return Wanted(client, filters, tuple(kinds))

    def stored(self, client: int) -> Reading | Failure:
        """The reading that lies in the archive. A client without one keeps the reason it failed for."""
        path = archive.path_of(self.plan.source, client)
        try:
            header = archive.read_header(path)
        except ClientError as error:
            before = self.before.get(client)
            reason = before["reason"] if before else None
            return Failure(client, ReadingError(reason) if reason else error, 0)
        return Reading(client, path, header, header.pages, 0, 0)

    def take(self, found: Reading | Failure) -> None:
        """Renders and publishes one client, or notes why it failed. Raises WriteError for a full disk."""
        error: ReportsError
        if isinstance(found, Failure):
            error = found.error
        else:
            try:
                self._publish(found)
            except (ClientError, WriteError) as caught:
                error = caught
            else:
                return
        self._fail(found.client, error, found.requests)
        if isinstance(error, WriteError) and error.disk_full:
            raise error

    def keep_the_others(self) -> None:
        """Clients of the period that are not this run's keep their entry; overview and summary show them."""
        others = {*self.before, *archive.kept_ids(self.plan.source)} - {*self.entries}
        for client in sorted(others):
            entry, found = self.before.get(client), self.stored(client)
            if entry and entry["state"] == "failed" and client in self.everyone:
                self._keep_failed(entry)
            elif entry and entry["state"] == "failed" and isinstance(found, Failure):
                log.info("client %s is no client of this account any more, and nothing of it is kept", client)
            elif entry and isinstance(found, Reading) and _instant(entry["read_at"]) == found.header.read_at:
                self._keep(entry, found)
            else:
                self.take(found)

    def give_up(self, error: ReportsError, code: ExitCode, *, may_render: bool = True) -> None:
        """Ends with `code`: clients that were not reached fail for this reason, the others keep their entry.

        Unless `may_render`, the others fail too: their figures are not known.
        """
        self.stopped_by = error
        self.codes.append(code)
        for client in (*self.expected, *(() if may_render else self.before)):
            if client not in self.entries:
                self._fail(client, error, 0)
        try:
            self.keep_the_others()
        except WriteError as another:
            self.codes.append(another.exit_code)

    def sum_up(self) -> None:
        """Summary and overview."""
        account = self._report()
        for write in (self._write_summary, self._write_overview):
            try:
                write(account)
            except WriteError as error:
                self._lack(error)

    def add(self, mailed: Outcome) -> None:
        """What became of the mails; it counts like the rest, but that the clients are done remains true."""
        is_none_sent = mailed.exit_code == ExitCode.NONE_DONE
        self.codes.append(ExitCode.SOME_FAILED if is_none_sent else mailed.exit_code)
        self.remarks.append(mailed.message)

    def finish(self, *, started_at: dt.datetime, now: Clock) -> Outcome:
        """Run record, and the line in RESULT.html."""
        account = self._report()
        code = most_severe([*self.codes, self._code()])
        message = last_line(self._sentence(account), code)
        log.info("%s", message)
        try:
            record.write(
                self.plan.folder,
                account=account.name,
                period=self.plan.period,
                started_at=started_at,
                finished_at=now(),
                exit_code=code,
                message=message,
                entries=[self.entries[line.id] for line in account.clients],
            )
            self.is_recorded = True
            result.write(self.plan.account_folder, self.labels)
        except WriteError as error:
            self._lack(error)
            code = most_severe(self.codes)
            message = last_line(self._sentence(account), code)
        return Outcome(code, message, self.plan.folder)

    def _publish(self, found: Reading) -> None:
        client, folder = found.client, self.plan.folder
        self.screen.progress(len(self.entries), len(self.expected), f"client {client}: writing")
        staged = publish.stage(folder, client)
        try:
            rendered = render(self._job(found), staged)
            target = folder / names.client_folder(rendered.subject.name, client)
            unmailed = self._mail(rendered, staged / f"{target.name}-{self.plan.period.label}")
            with publish.undisturbed():
                publish.swap_in(staged, target, client=client)
                self._note(rendered, found, target, unmailed=unmailed)
        except OSError as error:
            raise files.as_write_error(error, folder) from error
        finally:
            files.remove_folder(staged)
        self.screen.progress(len(self.entries), len(self.expected), f"{rendered.subject.name}: ready")

    def _mail(self, rendered: Rendered, stem: Path) -> str | None:
        """Writes the mail beside the files that go with it; else why there is none."""
        settings, client = self.plan.config, rendered.subject.client
        if settings.email is None:
            return None
        recipients, body = self._recipients(client), rendered.body
        if body is None:
            return account_pages.NO_ADDRESS
        mail = Mail(
            sender=settings.email.sender,
            sender_name=settings.issuer.name,
            to=recipients.to,
            cc=recipients.cc,
            subject=body.subject,
            text=body.text,
            html=body.html,
            attachments=[stem.with_name(f"{stem.name}.{kind}") for kind in settings.attachments],
        )
        is_made = message.write(stem.with_name(f"{stem.name}{message.ENDING}"), mail)
        return None if is_made else account_pages.TOO_LARGE

    def _note(self, rendered: Rendered, found: Reading, target: Path, *, unmailed: str | None = None) -> None:
        entry = record.ready_entry(
            client=found.client,
            name=rendered.subject.name,
            read_at=rendered.subject.read_at,
            pages=found.pages,
            requests=found.requests,
            figures=rendered.figures,
            findings=rendered.findings,
            changes=rendered.changes,
            unmailed=unmailed,
            folder=target,
            base=self.plan.folder,
        )
        self.entries[found.client] = entry
        self._line(rendered)
        log.info(
            "client %s %s: %s documents on %s pages, %s counted, %s warnings",
            found.client,
            entry["name"],
            entry["documents_read"],
            found.pages,
            entry["documents_counted"],
            checks.warnings(rendered.findings),
        )
        if unmailed:
            log.warning("client %s: no mail is made: %s", found.client, UNMAILED[unmailed])
        if hidden := checks.hidden_by(rendered.header.filters):
            log.info("client %s: left out on purpose by the filter: %s", found.client, ", ".join(hidden))

    def _keep(self, entry: Entry, found: Reading) -> None:
        try:
            rendered = render(self._job(found), None)
        except ClientError as error:
            self._fail(entry["id"], error, 0)
            return
        self.entries[entry["id"]] = entry
        self._line(rendered)

    def _lack(self, error: WriteError) -> None:
        """A page of the account could not be written."""
        log.error("%s", error)
        self.unwritten.append(error)
        self.codes.append(error.exit_code)

    def _keep_failed(self, entry: Entry) -> None:
        self.entries[entry["id"]] = entry
        self._failed_line(entry)

    def _fail(self, client: int, error: ReportsError, requests: int) -> None:
        own, listed = self.configured.get(client), self._listed(client)
        before = self.before.get(client)
        known = (
            own.name if own else None,
            listed.name if listed else None,
            before["name"] if before else None,
        )
        lying = publish.folder_of(self.plan.folder, client)
        # What a killed run left has no entry: the last record would date it too early.
        is_kept = lying is not None and before is not None and record.is_kept(before, self.plan.folder)
        entry = record.failed_entry(
            client=client,
            name=next(filter(None, known), f"#{client}"),
            reason=str(error),
            requests=requests,
            before=before if is_kept else None,
        )
        self.entries[client] = entry
        self._failed_line(entry)
        self.codes.append(error.exit_code)
        log.error("client %s %s failed: %s", client, entry["name"], error)
        self.screen.progress(len(self.entries), len(self.expected), f"{entry['name']}: failed")

    def _line(self, rendered: Rendered) -> None:
        subject = rendered.subject
        entry = self.entries[subject.client]
        self.grids[subject.client] = rendered.grids
        self.lines[subject.client] = ClientLine(
            id=subject.client,
            name=subject.name,
            fiscal_id=subject.fiscal_id,
            state=account_pages.READY,
            read_at=subject.read_at,
            documents_read=rendered.figures.documents_read,
            totals=rendered.figures.totals,
            findings=rendered.findings,
            changes=rendered.changes,
            files=tuple(_links(entry)),
            unmailed=entry["unmailed"],
        )

    def _failed_line(self, entry: Entry) -> None:
        kept = publish.folder_of(self.plan.folder, entry["id"])
        own = self.configured.get(entry["id"])
        self.lines[entry["id"]] = ClientLine(
            id=entry["id"],
            name=entry["name"],
            fiscal_id=own.fiscal_id if own else None,
            state=account_pages.FAILED,
            reason=entry["reason"],
            kept_from=dt.datetime.fromisoformat(entry["kept_from"]) if entry["kept_from"] else None,
            files=tuple(_links_in(kept, self.plan.folder)) if kept else (),
        )

    def _job(self, found: Reading) -> Job:
        settings, client = self.plan.config, found.client
        own = self.configured.get(client)
        listed = self._listed(client)
        return Job(
            client=client,
            archive=found.archive,
            name=(own.name if own else None) or (listed.name if listed else None),
            fiscal_id=own.fiscal_id if own else None,
            language=settings.client_language(own) if own else settings.language,
            account_language=settings.language,
            issuer=issuer_of(settings),
            period=self.plan.period,
            time_zone=settings.time_zone.key,
            ageing=settings.statement.ageing,
            line_items=settings.statement.line_items,
            excel=settings.output.excel,
            html=settings.output.html,
            pdf=settings.output.pdf,
            brand=self.brand,
            listed=listed,
            details=self.details(client),
            earlier=earlier.readings(self.plan.account_folder, found.header, self.plan.period),
            own_words=self._own_words(client),
        )

    def _own_words(self, client: int) -> OwnWords | None:
        """What the mail of this client says; None where none is made."""
        email = self.plan.config.email
        return OwnWords(email.subject, email.text) if email and self._recipients(client).to else None

    def _recipients(self, client: int) -> Recipients:
        return self.plan.config.recipients(client, self._addresses.get(client))

    @cached_property
    def _addresses(self) -> dict[int, str | None]:
        """Those of the account's list, where it decides; it is read before anybody is written to."""
        if self.plan.config.clients is not None:
            return {}
        # A run that could not ask for the list renders with the one it has.
        listing = self.listing or stored_listing(self.plan.source)
        return listing.addresses if listing else {}

    def _listed(self, client: int) -> AccountClient | None:
        """The account's own list of clients, where it was read whole."""
        if self.plan.config.clients is not None or not self.listing:
            return None
        return next((listed for listed in self.listing.clients if listed.id == client), None)

    def _report(self) -> Account:
        order = [client for client in self.everyone if client in self.lines]
        order += sorted({*self.lines} - {*order})
        return Account(
            name=self.plan.config.account.name,
            issuer=self.plan.config.issuer.name,
            period=self.plan.period,
            clients=tuple(self.lines[client] for client in order),
            clients_in_account=self._clients_in_account(),
            filters=self.plan.config.filters.as_request(),
        )

    def _clients_in_account(self) -> int | None:
        if self.listing:
            return self.listing.total
        stored = stored_listing(self.plan.source)
        return stored.total if stored else None

    def _write_summary(self, account: Account) -> None:
        parts = [self.grids[client.id] for client in account.clients if client.id in self.grids]
        book = account_pages.summary_book(account, parts, labels=self.labels)
        with files.new_file(self.plan.folder / "summary.xlsx") as target:
            workbook.write(book, target, labels=self.labels, brand=self.brand)

    def _write_overview(self, account: Account) -> None:
        page = pages.overview(account, labels=self.labels, brand=self.brand)
        files.write_bytes(self.plan.folder / "index.html", page.encode("utf-8", "replace"))

    def _code(self) -> ExitCode:
        """Failures and warnings over all clients of the overview."""
        states = [self.entries[client]["state"] for client in self.expected if client in self.entries]
        if (states or self.stopped_by) and all(state == "failed" for state in states):
            return ExitCode.NONE_DONE
        if any(line.state == account_pages.FAILED for line in self.lines.values()):
            return ExitCode.SOME_FAILED
        has_warnings = any(
            line.warnings or line.is_changed or line.unmailed == account_pages.TOO_LARGE
            for line in self.lines.values()
        )
        return ExitCode.WARNINGS if has_warnings else ExitCode.DONE

    def _sentence(self, account: Account) -> str:
        ready, failed = len(account.ready), account.failed
        parts = [f"{ready} of {len(account.clients)} clients ready"]
        if failed:
            parts.append(f"failed: {len(failed)}, {_few(failed)}")
        if failed or self.stopped_by:
            parts.append(str(self.stopped_by or failed[0].reason))
        parts += map(str, self.unwritten)
        if count := sum(client.warnings for client in account.clients):
            parts.append(f"warnings: {count}, see {self.plan.folder / 'index.html'}")
        for why, what in UNMAILED.items():
            if clients := account.unmailed(why):
                parts.append(f"{what}: {len(clients)}, {_few(clients)}")
        if months := account.changed_months:
            named = ", ".join(f"{month:%Y-%m}" for month in months[-6:])
            named += " and earlier" if len(months) > 6 else ""
            parts.append(
                f"documents changed since they were reported, VAT of {named}: {account.changed_documents}, "
                f"see {self.plan.folder / 'index.html'}"
            )
        parts += self.remarks
        return "; ".join(part.rstrip(".") for part in parts)


def stored_listing(source: Path) -> ClientList | None:
    """The account's clients as they were last read; None when they never were."""
    try:
        return read_clients(archive.path_of(source, None))
    except ClientError:
        return None


def _few(clients: Sequence[ClientLine]) -> str:
    return few([f"{client.name} ({client.id})" for client in clients])


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _links(entry: Entry) -> Iterator[tuple[str, str]]:
    for file in entry["files"]:
        yield Path(file["path"]).suffix.removeprefix("."), file["path"]


def _links_in(folder: Path, base: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        yield path.suffix.removeprefix("."), path.relative_to(base).as_posix()
