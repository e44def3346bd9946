"""One account's month under way: which clients are done, which failed, and what the account's pages show.

A client that fails keeps the folder it had. Clients that are not this run's keep their entry: overview and
summary always cover every archive of the period.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from reports import files, interruption, names, result
from reports.deliver import publish, record
from reports.deliver.record import Entry
from reports.errors import ClientError, ExitCode, ReadingError, ReportsError, WriteError, most_severe
from reports.figures import checks
from reports.figures.vendor_balance import is_comparable
from reports.plan import Clock, Outcome, Plan, Screen, brand_of, few, issuer_of, last_line
from reports.render import account_pages, pages, parts, workbook
from reports.render.account_pages import Account, ClientLine
from reports.render.labels import Labels
from reports.render.mail_body import OwnWords
from reports.settings.mail import Recipients
from reports.source import archive, details, earlier
from reports.source.client_list import AccountClient, ClientList, stored_clients
from reports.source.fetch import Failure, Reading, Wanted
from reports.workers import Workers

if TYPE_CHECKING:
    from reports.client_files import Made, Task
    from reports.render.job import Job
    from reports.render.parts import Grids, Shelf

LOOK_UP_SECONDS = 0.2
"""How often a thread that waits looks up: on Windows Ctrl+C reaches it between two waits."""

UNMAILED = {
    account_pages.NO_ADDRESS: "without an address, so without a mail",
    account_pages.TOO_LARGE: "with files larger than mail takes, so without a mail",
}

log = logging.getLogger(__name__)


class Month:
    """One account's month under way: what is done, what failed, what was there before."""

    def __init__(self, plan: Plan, screen: Screen, workers: Workers) -> None:
        self.plan = plan
        self.screen = screen
        self.workers = workers
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
        self.has_read_something = False
        self.is_recorded = False
        self._handed: dict[Future[Made], Reading] = {}
        self._done: SimpleQueue[Future[Made]] = SimpleQueue()

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
        """Has one client's files made, or notes why it failed. Raises WriteError for a full disk."""
        if isinstance(found, Failure):
            self._fail(found.client, found.error, found.requests)
        else:
            self.has_read_something = True
            self._hand_in(found)
        self.publish_made()

    def publish_made(self) -> None:
        """Publishes the clients whose files have been made meanwhile. Raises WriteError for a full disk."""
        self._heed()
        with suppress(Empty):
            while True:
                self._receive(self._done.get_nowait())

    def publish_rest(self) -> None:
        """Waits for the files that are being made, and publishes them. Raises WriteError for a full disk."""
        while self._handed:
            self._heed()
            with suppress(Empty):
                self._receive(self._done.get(timeout=LOOK_UP_SECONDS))

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
                self._hand_in(found, entry)
            else:
                self.take(found)
        self.publish_rest()

    def give_up(self, error: ReportsError, code: ExitCode, *, may_render: bool = True) -> None:
        """Ends with `code`: clients that were not reached fail for this reason, the others keep their entry.

        Unless `may_render`, the others fail too: their figures are not known.
        """
        self.stopped_by = error
        self.codes.append(code)
        self._drop()
        for client in (*self.expected, *(() if may_render else self.before)):
            if client not in self.entries:
                self._fail(client, error, 0)
        try:
            self.keep_the_others()
        except WriteError as another:
            self.codes.append(another.exit_code)

    def close(self) -> None:
        """Nothing more is made of what was put aside."""
        if "_shelf" in vars(self):
            self._shelf.close()

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

    def _receive(self, done: "Future[Made]") -> None:
        """Publishes what was made of a client, or notes why it failed. Raises WriteError for a full disk."""
        found = self._handed.pop(done)
        try:
            self._publish(done.result(), found)
        except (ClientError, WriteError) as error:
            self._fail(found.client, error, found.requests)
            if isinstance(error, WriteError) and error.disk_full:
                raise

    def _drop(self) -> None:
        """Nothing that is being made is published any more; what has been made of it goes."""
        for future in [*self._handed]:
            future.cancel()
        while self._handed:
            future = self._done.get()
            del self._handed[future]
            if not future.cancelled() and not future.exception() and (staged := future.result().staged):
                with suppress(WriteError):
                    files.remove_folder(staged)

    def _heed(self) -> None:
        """Ends for Ctrl+C, unless the month is being ended already."""
        if not self.stopped_by:
            interruption.heed()

    def _hand_in(self, found: Reading, kept: Entry | None = None) -> None:
        """Has the client's files made; they are published as soon as they are."""
        client = found.client
        self.screen.progress(len(self.entries), len(self.expected), f"client {client}: writing")
        left = len(self.expected) - len(self.entries) - len(self._handed)
        future = self.workers.submit(self._task(found, kept), left=left)
        self._handed[future] = found
        future.add_done_callback(self._done.put)

    def _publish(self, made: "Made", found: Reading) -> None:
        line = made.line
        if made.staged:
            target = self.plan.folder / names.client_folder(line.name, line.id)
            try:
                with publish.undisturbed():
                    publish.swap_in(made.staged, target, lying=self.lying.get(line.id, ()))
                    self.lying[line.id] = [target]
                    self._note(made, found)
            finally:
                files.remove_folder(made.staged)
            self.screen.progress(len(self.entries), len(self.expected), f"{line.name}: ready")
        else:
            self._take_in(made)

    def _note(self, made: "Made", found: Reading) -> None:
        entry, line = made.entry, made.line
        self._take_in(made)
        log.info(
            "client %s %s: %s documents on %s pages, %s counted, %s warnings",
            line.id,
            line.name,
            entry["documents_read"],
            found.pages,
            entry["documents_counted"],
            line.warnings,
        )
        if line.unmailed:
            log.warning("client %s: no mail is made: %s", line.id, UNMAILED[line.unmailed])
        if hidden := checks.hidden_by(found.header.filters):
            log.info("client %s: left out on purpose by the filter: %s", line.id, ", ".join(hidden))

    def _take_in(self, made: "Made") -> None:
        client = made.line.id
        self.entries[client] = made.entry
        self.lines[client] = made.line
        try:
            self.grids[client] = self._shelf.put(made.parts)
        except OSError as error:
            raise files.as_write_error(error, self.plan.folder) from error

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
        # What a killed run left has no entry: the last record would date it too early.
        is_kept = client in self.lying and before is not None and record.is_kept(before, self.plan.folder)
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

    def _failed_line(self, entry: Entry) -> None:
        kept = next(iter(self.lying.get(entry["id"], ())), None)
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

    def _task(self, found: Reading, kept: Entry | None) -> "Task":
        from reports.client_files import Envelope, Task

        email, recipients = self.plan.config.email, self._recipients(found.client)
        envelope = None
        if email and recipients.to:
            envelope = Envelope(
                sender=email.sender,
                sender_name=self.plan.config.issuer.name,
                to=recipients.to,
                cc=recipients.cc,
                attachments=self.plan.config.attachments,
            )
        return Task(
            job=self._job(found),
            period_folder=self.plan.folder,
            pages=found.pages,
            requests=found.requests,
            is_mailing=email is not None,
            envelope=envelope,
            kept=kept,
        )

    def _job(self, found: Reading) -> "Job":
        from reports.render.job import Job

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
    def lying(self) -> dict[int, list[Path]]:
        """The clients' folders there are, by client."""
        return publish.folders(self.plan.folder)

    @cached_property
    def _shelf(self) -> "Shelf":
        return parts.Shelf(self.plan.folder)

    @cached_property
    def _addresses(self) -> dict[int, str | None]:
        """Those of the account's list, where it decides; it is read before anybody is written to."""
        if self.plan.config.clients is not None:
            return {}
        # A run that could not ask for the list renders with the one it has.
        listing = self.listing or stored_clients(self.plan.source)
        return listing.addresses if listing else {}

    def _listed(self, client: int) -> AccountClient | None:
        """The account's own list of clients, where it was read whole."""
        if self.plan.config.clients is not None or not self.listing:
            return None
        return self.listing.by_id.get(client)

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
        stored = stored_clients(self.plan.source)
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


def _few(clients: Sequence[ClientLine]) -> str:
    return few([f"{client.name} ({client.id})" for client in clients])


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _links_in(folder: Path, base: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        yield path.suffix.removeprefix("."), path.relative_to(base).as_posix()
