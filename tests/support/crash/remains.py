"""What may lie in the output folder after a command was ended early: whole files, of one reading a client.

A state is every path under the output folder with its bytes (`tests.support.office.tree`). What a run that
was left in peace writes is proven whole once, so what a killed one leaves need only be the same, byte for
byte.
"""

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from xml.etree import ElementTree as ET

State = Mapping[str, bytes]

FOLDER = b"/"
OF_THE_ACCOUNT = ("index.html", "summary.xlsx", "run.json", "RESULT.html")
"""Where clients failed they say so, as no run does that was left in peace."""

DATA = "/data/"
TABLES = 6
"""Of a period's data: as many as there are CSV files."""

LOG = "run.log"
"""It is written as the run goes on, so it may end anywhere."""


def is_whole(path: str, data: bytes) -> bool:
    """A file that can be opened and read to its end."""
    if path.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels"))]
        return len(parts) > 10 and all(_is_xml(part) for part in parts)
    if path.endswith(".json"):
        return "clients" in json.loads(data)
    if path.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), ""), delimiter=";"))
        return len({len(row) for row in rows}) == 1 and data.endswith(b"\n")
    if path.endswith(".sqlite"):
        return _is_database(data)
    if path.endswith(".xml.gz"):
        return _is_xml(gzip.decompress(data))
    if path.endswith(".gz"):
        header, *pages = map(json.loads, gzip.decompress(data).splitlines())
        return len(pages) == int(header["pages"])
    if path.endswith(".html"):
        return data.startswith(b"<!DOCTYPE html>") and data.rstrip().endswith(b"</html>")
    return data == b"" or path.endswith(LOG)


def _is_database(data: bytes) -> bool:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data)
        (said,) = database.execute("PRAGMA integrity_check").fetchone()
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return said == "ok" and len(tables) >= TABLES


def _is_xml(part: bytes) -> bool:
    return len(ET.fromstring(part).tag) > 0  # noqa: S314 - our own file


def visible(state: State) -> dict[str, bytes]:
    """The files that a person sees in the folder, without the log."""
    return {
        path: data
        for path, data in state.items()
        if data != FOLDER and not path.endswith(LOG) and not any(part[0] == "." for part in path.split("/"))
    }


def without_pages(state: State) -> State:
    """The state but for what is written once an account."""
    return {
        path: data for path, data in state.items() if not path.endswith(OF_THE_ACCOUNT) and DATA not in path
    }


def faults(left: State, *allowed: State) -> Iterator[str]:
    """What must not be there: a file that no run in `allowed` wrote, a client's folder that is not theirs.

    A client's folder may be missing when it lies aside, whole.
    """
    seen = visible(left)
    for path, data in seen.items():
        if data not in [one.get(path) for one in allowed]:
            yield f"{path}: no run wrote this"
    for client in {_client(path) for one in allowed for path in one} - {None}:
        theirs = [_of(client, visible(one)) for one in allowed]
        here = _of(client, seen)
        if here not in theirs and (here or _of(client, _aside(left)) not in theirs):
            yield f"client {client}: its folder is of no run, or of several: {sorted(here)}"


def _of(client: str | None, state: State) -> dict[str, bytes]:
    return {path: data for path, data in state.items() if _client(path) == client}


def _client(path: str) -> str | None:
    """The client in whose folder a file lies: `account/month/NAME-ID/file`."""
    parts = path.split("/")
    if len(parts) != 4 or parts[2].startswith(".") or "-" not in parts[2]:
        return None
    return parts[2].rpartition("-")[2]


def _aside(state: State) -> dict[str, bytes]:
    """Files in folders that a swap put aside, as if they were in their place."""
    return {
        path.replace("/.", "/").replace(".old/", "/"): data
        for path, data in state.items()
        if ".old/" in path and data != FOLDER
    }
