"""Puts a client's finished folder where people look for it, whole or not at all.

A folder is staged beside its place and swapped in; the old one goes aside under `.NAME.old`. What a killed
run left of that `repair` completes or undoes, so files of two runs never mix.

The folder belongs to people too. A run's own files there are `NAME-PERIOD` with one of ENDINGS; everything
else is moved into the new folder before the old one goes. A folder is a client's where the run record names
it, or where it holds such a file. A copy made by hand, or what only has a name like that, is left alone.
"""

import errno
import logging
import os
import signal
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from reports import atomic_files, slugs
from reports.errors import BusyError, WriteError

LOCK_NAME = ".lock"
PRIVATE_MODE = 0o700
ENDINGS = ("xlsx", "html", "pdf", "eml")
"""Of the files that a run writes into a client's folder."""

_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}
_NO_LOCKS_WINDOWS = {1, 50}

_log = logging.getLogger(__name__)


@contextmanager
def one_run(folder: Path) -> Iterator[None]:
    """Holds `folder`; the lock dies with the process. Raises BusyError, WriteError."""
    prepare(folder)
    prove_lockable(folder)
    # A soft lock, to which filelock would turn where the drive has none, outlives a killed process.
    lock = FileLock(folder / LOCK_NAME, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(f"{folder}: another run is active in this folder. Wait for it to end") from None
    except (OSError, NotImplementedError) as error:
        windows_code = getattr(error, "winerror", None)
        has_locks = getattr(error, "errno", errno.ENOSYS) not in _NO_LOCKS
        if isinstance(error, OSError) and has_locks and windows_code not in _NO_LOCKS_WINDOWS:
            raise atomic_files.as_write_error(error, folder / LOCK_NAME) from error
        raise WriteError(
            f"{folder}: this drive has no locks, without which two runs could meet. "
            "Choose a folder on another"
        ) from error
    try:
        atomic_files.sweep(folder)
        # RESULT.html stands there. Nothing is tried out, for nothing there is ever swept away.
        if not os.access(folder.parent, os.W_OK):
            raise atomic_files.as_write_error(PermissionError(errno.EACCES, "no permission"), folder.parent)
        yield
    finally:
        # On a drive that is gone it cannot be given back: it ends with the process.
        with suppress(OSError):
            lock.release()


def prove_lockable(folder: Path) -> None:
    """A run can hold `folder`. Raises WriteError for what is no file in the place of its lock."""
    lock = folder / LOCK_NAME
    if atomic_files.is_link(lock) or lock.is_dir():
        raise WriteError(f"{lock}: there is a link or a folder where a run makes its lock. Move it away")


def prepare(folder: Path, *, is_private: bool = False) -> None:
    """Makes `folder`, `is_private` for its user, and proves that it can be written. Raises WriteError."""
    probe = atomic_files.temporary_name(folder / "probe")
    try:
        folder.mkdir(PRIVATE_MODE if is_private else 0o777, parents=True, exist_ok=True)
        # A link may lead to a folder of another purpose.
        if is_private and os.name != "nt" and not atomic_files.is_link(folder):
            # Some drives have no modes, and elsewhere another user may own it.
            with suppress(OSError):
                folder.chmod(PRIVATE_MODE)
        probe.write_bytes(b"probe")
        # The run that holds the folder may have swept it away.
        probe.unlink(missing_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WriteError(
            f"{folder}: there is a file where the output folder should be. Move it away"
        ) from None
    except OSError as error:
        raise atomic_files.as_write_error(error, folder) from error
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def repair(period_folder: Path) -> None:
    """Ends what a killed run left half done, where it can: folders put aside come back, staged ones go."""
    # A folder that was swapped in holds what a run wrote, whether a record names it yet or not.
    found = folders(period_folder, {}).items()
    in_place = {client: [path for path in paths if not atomic_files.is_link(path)] for client, paths in found}
    for aside in sorted(period_folder.glob(".*.old")):
        name = aside.name[1:-4]
        client = slugs.client_of(name)
        if client is None or not (aside.is_dir() or atomic_files.is_link(aside)):
            continue
        place = period_folder / name
        try:
            if not (there := in_place.get(client)):
                atomic_files.rename_folder(aside, place)
                in_place[client] = [place]
            elif atomic_files.is_link(aside):
                _log.warning("client %s: the link %s is removed; what it leads to stays", client, aside)
                atomic_files.remove_file(aside)
            else:
                _carry_over(aside, place if place in there else there[0])
                _remove(aside)
        except WriteError as error:
            _log.warning("client %s: a swap that was killed is not ended yet: %s", client, error)
    atomic_files.sweep(period_folder)


def stage(period_folder: Path, client: int) -> Path:
    """A new, empty folder that nobody sees, to be filled and swapped in."""
    staged = atomic_files.temporary_name(period_folder / str(client))
    try:
        staged.mkdir()
    except OSError as error:
        raise atomic_files.as_write_error(error, staged) from error
    return staged


def seal(staged: Path) -> None:
    """Everything in `staged` is on the disk. Raises WriteError."""
    for path in staged.iterdir():
        try:
            with path.open("rb+") as file:
                atomic_files.sync(file)
        except OSError as error:
            raise atomic_files.as_write_error(error, path) from error
    atomic_files.sync_folder(staged)


def swap_in(staged: Path, target: Path, *, lying: Collection[Path]) -> Sequence[WriteError]:
    """`staged`, which is sealed, becomes `target`, in place of the client's folder there may be in `lying`.

    Returns why a person's file is not carried over yet. Raises WriteError; then everything is as it was.
    """
    asides: dict[Path, Path] = {}
    try:
        for old in _find_replaced(target, lying):
            aside = target.with_name(f".{old.name}.old")
            atomic_files.prove_free(old)
            atomic_files.rename_folder(old, aside)
            asides[old] = aside
        atomic_files.rename_folder(staged, target)
    except WriteError:
        for old, aside in asides.items():
            atomic_files.rename_folder(aside, old)
        raise
    left: list[WriteError] = []
    for aside in asides.values():
        try:
            _carry_over(aside, target)
        except WriteError as error:
            left.append(error)
            continue
        # What is left of a run's own files is for `repair`.
        with suppress(WriteError):
            _remove(aside)
    return left


@contextmanager
def delay_interrupt() -> Iterator[None]:
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


def folders(period_folder: Path, recorded: Mapping[int, str]) -> dict[int, list[Path]]:
    """The clients' folders that lie there: those `recorded`, else those that hold a run's own file."""
    named: dict[int, list[Path]] = {}
    written: dict[int, list[Path]] = {}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(period_folder) as lying:
        for one in sorted(lying, key=lambda one: one.name):
            client, path = slugs.client_of(one.name), period_folder / one.name
            if client is None or not path.is_dir():
                continue
            if recorded.get(client) == one.name:
                named[client] = [path]
            elif own_files(path):
                written.setdefault(client, []).append(path)
    return written | named


def prove_replaceable(folder: Path) -> None:
    """A run can put a client's folder in the place of this one. Raises WriteError for what is no folder."""
    if atomic_files.is_link(folder):
        raise WriteError(
            f"{folder}: there is a link where the client's folder should be, and nothing is written "
            "through it. Remove the link, or put the folder itself there, and run again"
        )
    if os.path.lexists(folder) and not folder.is_dir():
        raise WriteError(f"{folder}: there is a file where the client's folder should be. Move it away")


def own_files(folder: Path) -> list[Path]:
    """What a run wrote into a client's folder, also one put aside, by name; not what a person put there."""
    name = folder.name.removeprefix(".").removesuffix(".old")
    paths = (folder / f"{name}-{folder.parent.name}.{ending}" for ending in ENDINGS)
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


def _carry_over(aside: Path, folder: Path) -> None:
    """Moves everything from `aside` that no run wrote into `folder`, step by step. Raises WriteError."""
    own = own_files(aside)
    for path in atomic_files.list_folder(aside):
        if path not in own:
            atomic_files.move(path, folder)
    atomic_files.sync_folder(folder)


def _remove(aside: Path) -> None:
    """Removes a former folder with the files of its run, and nothing else. Raises WriteError."""
    for path in own_files(aside):
        atomic_files.remove_file(path)
    atomic_files.remove_empty_folder(aside)


def _find_replaced(target: Path, lying: Collection[Path]) -> list[Path]:
    """What gives way to `target`: the folder of its name, and the client's own. Raises WriteError."""
    found = [target] if os.path.lexists(target) else []
    if target not in lying:
        found += sorted(lying)
    first, *others = [path for path in found if path != target] or [target]
    if others:
        raise WriteError(
            f"{target.parent}: {first.name} and {others[0].name} are both folders of client "
            f"{slugs.client_of(target.name)}. Move the copy away"
        )
    for path in found:
        prove_replaceable(path)
    return found
