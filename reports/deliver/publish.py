"""Puts a client's finished folder where people look for it, whole or not at all.

A folder is staged beside its place and swapped in: one rename the first time; replacing, the old folder goes
aside under `.NAME.old` and the new one in. Killed in between, `repair` completes or undoes it before the next
run. So files of two runs never mix. A copy of a client's folder, made by hand, is left alone.
"""

import errno
import logging
import os
import signal
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from reports import files, names
from reports.errors import BusyError, WriteError

LOCK_NAME = ".lock"

_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}
_NO_LOCKS_WINDOWS = {1, 50}

_log = logging.getLogger(__name__)


@contextmanager
def one_run(folder: Path) -> Iterator[None]:
    """Holds `folder` for this process; the lock dies with the process. Raises BusyError, WriteError."""
    prepare(folder)
    # A soft lock, to which filelock would turn where the drive has none, outlives a killed process.
    lock = FileLock(folder / LOCK_NAME, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(f"{folder}: another run is active in this folder. Wait for it to end") from None
    except (OSError, NotImplementedError) as error:
        raise _no_lock(error, folder) from error
    try:
        files.sweep(folder)
        # RESULT.html stands there. Nothing is tried out, for nothing there is ever swept away.
        if not os.access(folder.parent, os.W_OK):
            raise files.as_write_error(PermissionError(errno.EACCES, "no permission"), folder.parent)
        yield
    finally:
        # On a drive that is gone it cannot be given back: it ends with the process.
        with suppress(OSError):
            lock.release()


def prepare(folder: Path) -> None:
    """Makes `folder` and proves that files can be written in it. Raises WriteError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WriteError(
            f"{folder}: there is a file where the output folder should be. Move it away"
        ) from None
    except OSError as error:
        raise files.as_write_error(error, folder) from error
    probe = files.temporary_name(folder / "probe")
    try:
        probe.write_bytes(b"probe")
        # The run that holds the folder may have swept it away.
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise files.as_write_error(error, folder) from error
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def repair(period_folder: Path) -> None:
    """Ends what a killed run left half done: folders put aside come back or go, staged ones go.

    What cannot be done is logged, and tried again by the next run: it concerns no other client, and this one
    only where it is in the way of its new folder.
    """
    in_place = folders(period_folder)
    for aside in sorted(period_folder.glob(".*.old")):
        name = aside.name[1:-4]
        client = names.client_of(name)
        if client is None or not aside.is_dir():
            continue
        try:
            if client in in_place:
                files.remove_folder(aside)
            else:
                files.rename_folder(aside, period_folder / name)
                in_place[client] = [period_folder / name]
        except WriteError as error:
            _log.warning("client %s: a swap that was killed is not ended yet: %s", client, error)
    files.sweep(period_folder)


def stage(period_folder: Path, client: int) -> Path:
    """A new, empty folder that nobody sees, to be filled and swapped in."""
    staged = files.temporary_name(period_folder / str(client))
    try:
        staged.mkdir()
    except OSError as error:
        raise files.as_write_error(error, staged) from error
    return staged


def seal(staged: Path) -> None:
    """Everything in `staged` is on the disk. Raises WriteError."""
    for path in staged.iterdir():
        try:
            with path.open("rb+") as file:
                files.sync(file)
        except OSError as error:
            raise files.as_write_error(error, path) from error
    files.sync_folder(staged)


def swap_in(staged: Path, target: Path, *, lying: Collection[Path]) -> None:
    """`staged`, which is sealed, becomes `target`, in place of the client's folder there may be in `lying`.

    Raises WriteError; then everything is as it was.
    """
    old = _replaced_by(target, lying)
    aside = target.with_name(f".{old.name}.old") if old else None
    if old and aside:
        files.prove_free(old)
        files.rename_folder(old, aside)
    try:
        files.rename_folder(staged, target)
    except WriteError:
        if old and aside:
            files.rename_folder(aside, old)
        raise
    if aside:
        # The new folder is in place: what is left of the old one is for `repair`.
        with suppress(WriteError):
            files.remove_folder(aside)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl+C waits for the end of the block: what is in its place and what is noted of it stay the same."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if pressed:
        raise KeyboardInterrupt


def folders(period_folder: Path) -> dict[int, list[Path]]:
    """The clients' folders that lie there, by client. A name may have changed since; there may be copies."""
    found: dict[int, list[Path]] = {}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(period_folder) as lying:
        for one in sorted(lying, key=lambda one: one.name):
            client = names.client_of(one.name)
            if client is not None and one.is_dir():
                found.setdefault(client, []).append(period_folder / one.name)
    return found


def _no_lock(error: OSError | NotImplementedError, folder: Path) -> WriteError:
    if isinstance(error, OSError) and not _is_for_lack_of_locks(error):
        return files.as_write_error(error, folder / LOCK_NAME)
    return WriteError(
        f"{folder}: this drive has no locks, without which two runs could meet. Choose a folder on another"
    )


def _is_for_lack_of_locks(error: OSError) -> bool:
    return error.errno in _NO_LOCKS or getattr(error, "winerror", None) in _NO_LOCKS_WINDOWS


def _replaced_by(target: Path, lying: Collection[Path]) -> Path | None:
    """The folder that gives way to `target`: the one of its name, or the only one that the client has."""
    if target in lying or not lying:
        return target if lying else None
    first, *others = sorted(lying)
    if others:
        raise WriteError(
            f"{target.parent}: {first.name} and {others[0].name} are both folders of client "
            f"{names.client_of(target.name)}. Move the copy away"
        )
    return first
