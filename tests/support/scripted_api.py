"""A server on loopback that answers, byte by byte, what a test says: for answers no honest server gives."""

import json
import os
import secrets
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from reports.sandbox.routes import split_query
from reports.source.http.rate_limit import Clock

KEY = f"a{secrets.token_hex(20)}"
LINGER_NOT = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
A_TRIFLE = 1e-6
"""Seconds: what adding up floating-point numbers may leave."""

NAP_SECONDS = 0.001
"""Real time between two turns of a clock: whoever reads bytes gets to read them."""


class HangUpError(Exception):
    """The server closes the connection here."""


class ResetError(Exception):
    """The server breaks the connection here."""


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. `count` counts all requests of the server from 1.

    `arrays` has all values of each `name[]` of the query. `has_left`: who asked has closed the connection,
    and so does not wait for the answer any more.
    """

    count: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    arrays: dict[str, list[str]]
    has_left: Callable[[], bool] = field(repr=False, compare=False)

    @property
    def page(self) -> int:
        return int(self.query["page"])

    @property
    def client(self) -> int:
        return int(self.path.split("/")[2])


Script = Callable[[Seen], bytes | Iterable[bytes]]


class ScriptedApi:
    """Every request is answered with what `script` makes of it: bytes, or pieces in their own time.

    `aside` has answers by path that the script is not asked for; their paths are counted in `seen_aside`
    and are no part of `seen`.
    """

    def __init__(
        self, script: Script, *, aside: Mapping[str, bytes] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.seen: list[Seen] = []
        self.seen_aside: list[str] = []
        self._script = script
        self._aside = aside or {}
        self._tls = tls
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        """How many were made, however they ended."""
        with self._lock:
            return len(self._open)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                with self._tls.wrap_socket(connection, server_side=True) as secure:
                    self._answer(secure)
            else:
                self._answer(connection)
        except (OSError, HangUpError):
            pass
        except ResetError:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        finally:
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as received:
            while line := received.readline():
                seen = self._request(line, received, connection)
                answer = self._aside[seen.path] if seen.path in self._aside else self._script(seen)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(piece)

    def _request(self, line: bytes, received: Any, connection: socket.socket) -> Seen:
        method, target, _ = line.decode().split()
        headers: dict[str, str] = {}
        while (header := received.readline().strip()) != b"":
            name, _, value = header.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = received.read(int(headers.get("content-length", "0")))
        address = urlsplit(target)
        query, arrays = split_query(address.query)
        with self._lock:
            seen = Seen(
                count=len(self.seen) + 1,
                method=method,
                path=address.path,
                query=query,
                headers=headers,
                body=body,
                arrays=arrays,
                # Nobody asks for more before there is an answer: what comes meanwhile is the end.
                has_left=lambda: bool(select.select([connection], [], [], 0)[0]),
            )
            if seen.path in self._aside:
                self.seen_aside.append(seen.path)
            else:
                self.seen.append(seen)
        return seen


class TurnedClock(Clock):
    """Time stands still, and nobody waits: whoever would wait puts the clock forward instead.

    They wake as late as `late` says, one after the other.
    """

    def __init__(self, *late: float) -> None:
        self.waited: list[float] = []
        self._late = iter(late)
        self._seconds = 1_000.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self._seconds

    def wait(self, changed: threading.Condition, seconds: float) -> None:  # noqa: ARG002
        self.turn(max(seconds, A_TRIFLE) + next(self._late, 0.0))
        self.waited.append(seconds)

    def turn(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds


def reply(body: bytes | str | object = b"", *, status: int = 200, **headers: str) -> bytes:
    """A whole answer. A body that is neither text nor bytes is sent as JSON; `_` in a header name is `-`."""
    content = (
        body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    )
    head = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    head |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode("latin-1") + content


def document(identity: object, client: object = 7, **fields: object) -> dict[str, object]:
    """A document with nothing in it but what reading looks at."""
    return {"id": identity, "client": {"id": client, "name": "Casa Verde"}, "total": 1.5, **fields}


def listing(
    entries: Sequence[object], *, page: int = 1, size: int = 2, name: str = "invoices", **says: object
) -> dict[str, Any]:
    """Page `page` of `entries`, `size` of them a page, and the pagination that belongs to it, or as told."""
    pagination = {
        "total_entries": len(entries),
        "current_page": page,
        "total_pages": -(-len(entries) // size),
        "per_page": size,
    }
    return {name: list(entries[(page - 1) * size : page * size]), "pagination": pagination | says}


def account(clients: Mapping[int, int], *, size: int = 2) -> Script:
    """An account in order: so many documents for each client, `size` a page, ids from 1000 × client on."""

    def script(seen: Seen) -> bytes:
        rows = range(clients[seen.client])
        documents = [document(1000 * seen.client + row, seen.client) for row in rows]
        return reply(listing(documents, page=seen.page, size=size))

    return script


def slowly(data: Iterable[int], clock: TurnedClock) -> Iterator[bytes]:
    """`data`, which may have no end, one byte after every second of the clock."""
    for byte in data:
        time.sleep(NAP_SECONDS)
        clock.turn(1)
        yield bytes([byte])
