"""One account's month under way: which clients are done, which failed, and what the account's pages show.

A client that fails keeps its folder, and one that is not this run's its entry: overview and summary always
cover every archive of the period.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from reports import atomic_files, cancellation, slugs
from reports.deliver import publish, record
from reports.deliver.record import Entry
from reports.errors import ClientError, ExitCode, ReadingError, ReportsError, WriteError
from reports.figures.filters import list_hidden
from reports.pipeline.executor import JobExecutor
from reports.pipeline.jobs import Brief
from reports.plan import Outcome, Plan, Screen
from reports.render.content import account
from reports.render.content.account import ClientLine
from reports.source import archive
from reports.source.archive import Owner
from reports.source.client_list import ClientList
from reports.source.client_reading import Failure, Reading
from reports.source.document_list import ListedDocument

if TYPE_CHECKING:
    from reports.figures.checks.account_checks import ClientFinding
    from reports.figures.saft.compare import SaftResult
    from reports.pipeline.client_job import Made
    from reports.source.saft_file import SaftFiles

UNMAILED = {
    account.NO_ADDRESS: "without an address, so without a mail",
    account.TOO_LARGE: "with files larger than mail takes, so without a mail",
}
LEFT_OUT = {
    account.ON_PURPOSE: "nobody gets one, on purpose",
    account.NOT_SELECTED: "it is not selected for one (email.only)",
}
"""Why there is no mail where that is as it should be."""

log = logging.getLogger(__name__)


class AccountRun:
    """One account's month under way.

    `document_list`: the account's own, of the period; None: not known. `recorded_findings`: those of the
    account as a whole where the record has them and nothing was read; else None. `made` has the clients whose
    figures are there, as of now or of an earlier reading.
    """

    def __init__(self, plan: Plan, screen: Screen, executor: JobExecutor) -> None:
        self.plan = plan
        self.screen = screen
        self.executor = executor
        self.brief = Brief(plan)
        found = record.read(plan.folder)
        trouble = found and record.mismatch(found, plan.config.account.name, plan.period)
        if trouble:
            said = f"{plan.folder / record.FILE_NAME}: {trouble}, and is not used: this run begins anew"
            log.warning("%s", said)
            screen.say(said)
        self._is_copied = bool(trouble)
        self.before = {} if trouble else record.entries(found)
        self.known = record.find_known_clients(plan.account_folder, plan.period)
        # Until the run knows better: whom the last one was about.
        self.everyone = tuple(self.brief.configured or self.before)
        self.is_list_known = False
        self.document_list: Sequence[ListedDocument] | None = None
        self.stopped_by: ReportsError | None = None
        self.entries: dict[int, Entry] = {}
        self.lines: dict[int, ClientLine] = {}
        self.made: dict[int, Made] = {}
        self.saft_files: SaftFiles | None = None
        self.saft: SaftResult | None = None
        self.recorded_findings: list[ClientFinding] | None = None
        self.codes: list[ExitCode] = []
        self.unwritten: list[WriteError] = []
        self.remarks: list[str] = []
        self.has_read_something = False
        self.is_recorded = False
        self.may_render = True
        self._recorded = record.folders(found)
        self._handed: dict[Future[Made], Reading] = {}
        self._done: SimpleQueue[Future[Made]] = SimpleQueue()

    @property
    def ready(self) -> tuple[int, ...]:
        """This run's clients that are done."""
        ready = {client for client, line in self.lines.items() if line.state == account.READY}
        return tuple(client for client in self.expected if client in ready)

    @property
    def expected(self) -> tuple[int, ...]:
        """This run's clients: those that were chosen, or else everyone."""
        return self.plan.only or self.everyone

    def expect(self, clients: Sequence[int], listing: ClientList | None = None) -> None:
        """These are all the clients there are to report on, in this order."""
        self.everyone = tuple(clients)
        self.brief.listing = listing or self.brief.listing
        self.is_list_known = listing is not None
        self.executor.expect(len(self.expected))

    def page(self, client: int, done: int, total: int) -> None:
        """One more page is in; other threads say so, one at a time."""
        self._show(f"client {client}: page {done} of {total}")

    def read_stored(self, client: int) -> Reading | Failure:
        """The reading that lies in the archive. A client without one keeps the reason it failed for."""
        path = archive.path_of(self.plan.source, client)
        try:
            header = archive.read_header(path, owner=Owner(self.plan.config.account.name, client))
        except ClientError as error:
            before = self.before.get(client)
            reason = before["reason"] if before and not path.exists() else None
            return Failure(client, ReadingError(reason) if reason else error, 0)
        return Reading(client, path, header, header.pages, 0, 0)

    def take(self, found: Reading | Failure) -> None:
        """Has one client's files made, or notes why it failed. Raises WriteError for a full disk."""
        if isinstance(found, Failure):
            self._fail(found.client, found.error, found.requests)
        else:
            self.has_read_something = True
            self.hand_in(found)
        self.publish_made()

    def publish_made(self) -> None:
        """Publishes the clients whose files have been made meanwhile. Raises WriteError for a full disk."""
        self._check_cancelled()
        with suppress(Empty):
            while True:
                self._receive(self._done.get_nowait())

    def publish_rest(self) -> None:
        """Waits for the files that are being made, and publishes them. Raises WriteError for a full disk."""
        while self._handed:
            self._check_cancelled()
            with suppress(Empty):
                self._receive(self._done.get(timeout=cancellation.LOOK_UP_SECONDS))

    def keep_the_others(self) -> None:
        """Clients of the period that are not this run's keep their entry; overview and summary show them."""
        others = {*self.before, *archive.list_client_ids(self.plan.source)} - {*self.entries}
        for client in sorted(others):
            entry, found = self.before.get(client), self.read_stored(client)
            made_of = dt.datetime.fromisoformat(entry["read_at"]) if entry and entry["read_at"] else None
            if entry and entry["state"] == "failed" and client in self.everyone:
                self.keep_failed(entry)
            elif entry and entry["state"] == "failed" and isinstance(found, Failure):
                log.info("client %s is no client of this account any more, and nothing of it is kept", client)
            elif isinstance(found, Reading) and found.header.read_at == made_of:
                self.hand_in(found, entry)
            else:
                self.take(found)
        self.show_kept()
        self.publish_rest()

    def keep_failed(self, entry: Entry) -> None:
        """A client that failed stays as the record has it."""
        self.entries[entry["id"]] = entry
        self._add_failed_line(entry)

    def give_up(self, error: ReportsError, code: ExitCode, *, may_render: bool = True) -> None:
        """Ends with `code`: clients not reached fail; the others too, unless their figures `may_render`."""
        self.stopped_by = error
        self.codes.append(code)
        self._drop()
        self.may_render = may_render
        for client in (*self.expected, *(() if may_render else self.before)):
            if client not in self.entries:
                self._fail(client, error, 0)
        try:
            self.keep_the_others()
        except WriteError as another:
            self.codes.append(another.exit_code)
        except KeyboardInterrupt:
            # Who presses Ctrl+C again does not wait for sheets: the record has everybody's totals.
            self._drop()
            for client in [*self.before]:
                if client not in self.entries:
                    self._fail(client, error, 0)

    def add(self, mailed: Outcome) -> None:
        """What became of the mails; it counts like the rest, but that the clients are done remains true."""
        is_none_sent = mailed.exit_code == ExitCode.NONE_DONE
        self.codes.append(ExitCode.SOME_FAILED if is_none_sent else mailed.exit_code)
        self.remarks.append(mailed.message)

    def _show(self, text: str) -> None:
        self.screen.progress(len(self.entries), len(self.expected), text)

    def _receive(self, done: "Future[Made]") -> None:
        """Publishes what was made of a client, or notes why it failed. Raises WriteError for a full disk."""
        found = self._handed.pop(done)
        try:
            self._publish(done.result(), found)
        except CancelledError:
            # The executor was stopped, and so by Ctrl+C.
            raise KeyboardInterrupt from None
        except (ClientError, WriteError) as error:
            if found.client in self.entries:
                # It failed already, and stands with the totals of the record.
                log.warning("client %s: its documents are not in the summary: %s", found.client, error)
            else:
                self._fail(found.client, error, found.requests)
            if isinstance(error, WriteError) and error.disk_full:
                raise

    def _drop(self) -> None:
        """Nothing that is being made is published any more; what has been made of it goes."""
        handed, self._handed, self._done = self._handed, {}, SimpleQueue()
        for future in handed:
            if future.cancel() or future.exception():
                continue
            if (staged := future.result().staged) is not None:
                with suppress(WriteError):
                    atomic_files.remove_folder(staged)

    def _check_cancelled(self) -> None:
        """Ends for Ctrl+C, unless the month is ending already."""
        if not self.stopped_by:
            cancellation.check_cancelled()

    def hand_in(self, found: Reading, kept: Entry | None = None) -> None:
        """Has the client's files made; they are published as soon as they are."""
        self._show(f"client {found.client}: writing")
        future = self.executor.submit(self.brief.task(found, kept))
        self._handed[future] = found
        future.add_done_callback(self._done.put)

    def _publish(self, made: "Made", found: Reading) -> None:
        line, staged = made.line, made.staged
        try:
            if staged is None:
                self._take_in(made)
                return
            target = self.plan.folder / slugs.client_folder(line.name, line.id)
            with publish.delay_interrupt():
                left = publish.swap_in(staged, target, lying=self.find_folders(line.id))
                self._lying[line.id] = [target]
                self._note(made, found)
                for error in left:
                    self.lack(error)
        except OSError as error:
            raise atomic_files.as_write_error(error, self.plan.folder) from error
        finally:
            if staged is not None:
                atomic_files.remove_folder(staged)
        self._show(f"{line.name}: ready")

    def _note(self, made: "Made", found: Reading) -> None:
        entry, line = made.entry, made.line
        self._take_in(made)
        documents = f"{entry['documents_read']} documents on {found.pages} pages"
        counted = f"{entry['documents_counted']} counted, {line.warnings} warnings"
        log.info("client %s %s: %s, %s", line.id, line.name, documents, counted)
        if line.unmailed in LEFT_OUT:
            log.info("client %s: no mail is made: %s", line.id, LEFT_OUT[line.unmailed])
        elif line.unmailed:
            log.warning("client %s: no mail is made: %s", line.id, UNMAILED[line.unmailed])
        if line.listed_address and line.unmailed in (None, account.NO_ADDRESS):
            owner, address = f"{line.name} ({line.id})", line.listed_address
            said = (
                f"{owner}: InvoiceXpress has as its address “{address}”, which is none"
                if line.unmailed
                else f"{owner}: InvoiceXpress has as its address “{address}”, all of them used"
            )
            log.info("%s", said)
            self.screen.say(said)
        if hidden := list_hidden(found.header.filters):
            log.info("client %s: left out on purpose by the filter: %s", line.id, ", ".join(hidden))

    def show_kept(self) -> None:
        """Has the sheets made of the clients that failed and keep their files, from the pages of then."""
        account_name = self.plan.config.account.name
        for client, entry in self.entries.items():
            if not record.is_kept(entry) or client in self.made or not self.may_render:
                continue
            read_at = dt.datetime.fromisoformat(entry["kept_from"])
            found = archive.find_reading(self.plan.source, Owner(account_name, client), read_at)
            if found is None:
                log.warning("client %s: the pages of %s are not there any more", client, entry["kept_from"])
                continue
            path, header = found
            self.hand_in(Reading(client, path, header, header.pages, 0, 0), entry)

    def _take_in(self, made: "Made") -> None:
        line = made.line
        if (failed := self.lines.get(line.id)) and record.is_kept(made.entry):
            line = replace(
                line,
                state=failed.state,
                reason=failed.reason,
                read_at=None,
                kept_from=failed.kept_from,
                is_kept=True,
                files=failed.files,
            )
        self.entries[line.id] = made.entry
        self.lines[line.id] = line
        self.made[line.id] = made
        # It takes the place of the earlier one.
        self.before.pop(line.id, None)

    @contextmanager
    def go_on_without(self) -> Iterator[None]:
        """What the block cannot write, a page of the account or a person's file, fails no client."""
        try:
            yield
        except WriteError as error:
            self.lack(error)

    def lack(self, error: WriteError) -> None:
        """Notes what could not be written."""
        log.error("%s", error)
        self.unwritten.append(error)
        self.codes.append(error.exit_code)

    def _fail(self, client: int, error: ReportsError, requests: int) -> None:
        before = self.before.get(client)
        # What a killed run left has no entry: the last record would date it too early.
        is_kept = before and self.find_folders(client) and record.are_files_kept(before, self.plan.folder)
        name, fiscal_id = self._find_names(client)
        entry = record.make_failed_entry(
            client=client,
            name=name or f"#{client}",
            fiscal_id=fiscal_id,
            reason=str(error),
            requests=requests,
            before=before if is_kept else None,
        )
        self.entries[client] = entry
        self._add_failed_line(entry)
        self.codes.append(error.exit_code)
        log.error("client %s %s failed: %s", client, entry["name"], error)
        self._show(f"{entry['name']}: failed")

    def _find_names(self, client: int) -> tuple[str | None, str | None]:
        """Name and tax number of a client that failed, each by the first that knows it."""
        own, listed = self.brief.configured.get(client), self.brief.find_listed(client)
        before, known = self.before.get(client, {}), self.known.get(client)
        names = [one.name for one in (own, listed) if one]
        numbers = [own.fiscal_id if own else None, before.get("fiscal_id"), listed and listed.fiscal_id]
        if before and before["name"] != f"#{client}":
            names.append(before["name"])
        if not any(names) or not any(numbers):
            from reports.render.client_archive import read_names

            owner = Owner(self.plan.config.account.name, client)
            name, number = read_names(archive.path_of(self.plan.source, client), owner)
            names.append(name)
            numbers.append(number)
        if known:
            names.append(known.name)
            numbers.append(known.fiscal_id)
        return next(filter(None, names), None), next(filter(None, numbers), None)

    def _add_failed_line(self, entry: Entry) -> None:
        # What a copied folder holds is of another month.
        kept = None if self._is_copied else next(iter(self.find_folders(entry["id"])), None)
        self.lines[entry["id"]] = ClientLine(
            id=entry["id"],
            name=entry["name"],
            fiscal_id=entry.get("fiscal_id"),
            state=account.FAILED,
            reason=entry["reason"],
            kept_from=dt.datetime.fromisoformat(entry["kept_from"]) if entry["kept_from"] else None,
            is_kept=record.is_kept(entry),
            documents_read=entry["documents_read"],
            totals=record.parse_totals(entry),
            schemes=record.parse_schemes(entry),
            files=tuple(
                (path.suffix.removeprefix("."), path.relative_to(self.plan.folder).as_posix())
                for path in (publish.own_files(kept) if kept else ())
            ),
        )

    def find_folders(self, client: int) -> list[Path]:
        """The folders there are of a client."""
        return [folder for folder in self._lying.get(client, ()) if folder.is_dir()]

    @cached_property
    def _lying(self) -> dict[int, list[Path]]:
        """The clients' folders there were when the run began, and those that it has put there."""
        return publish.folders(self.plan.folder, self._recorded)
