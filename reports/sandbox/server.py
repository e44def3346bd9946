"""The embedded API: a stand-in for a live account in the demo, in tests and in acceptance checks.

It answers on loopback, over real HTTP/1.1 with keep-alive, and 429 above a rate. The sandbox rooms import
nothing of `reports` but each other, so that they stay an independent witness. Durations are seconds.
"""

import math
import re
import secrets
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Self
from urllib.parse import urlsplit

from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.routes import Reply, Request, answer, refusal, split_query

HOST = "127.0.0.1"
STOP_SECONDS = 2.0
POLL_SECONDS = 0.02


@dataclass(kw_only=True, eq=False, repr=False)
class Sandbox:
    """The API of one account. The port is bound at once; requests are answered inside `with`.

    `account_data` may be changed while the server runs: every request reads it anew. `per_minute` allows
    so many requests in any `minute_seconds`; the others get 429, with Retry-After only if
    `promises_retry_after`. `latency_seconds` passes before each answer, for all requests at the same time.
    Without `api_key` a new one is made up, and held in memory only. `requests` are all that came so far,
    refused ones too; `most_concurrent` of them were under way at once. Raises OSError when `port` is taken.
    """

    port: int = 0
    latency_seconds: float = 0.0
    per_minute: int | None = None
    account_data: SandboxAccount = field(default_factory=generate)
    api_key: str = field(default_factory=partial(secrets.token_hex, 20))
    promises_retry_after: bool = False
    minute_seconds: float = 60.0
    most_concurrent: int = field(default=0, init=False)
    requests: list[Request] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._instants: deque[float] = deque()
        self._under_way = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(self.port, self._serve)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)

    @property
    def url(self) -> str:
        """The base address: `http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def serve_forever(self) -> None:
        """Return when `stop` is called from another thread; KeyboardInterrupt passes through."""
        while not self._stopping.wait(1.0):  # Without a limit Ctrl-C does not wake a wait on Windows.
            pass

    def stop(self) -> None:
        """Answer nothing any more, end every connection, free the port."""
        self._stopping.set()
        self._server.stop(is_serving=self._thread.is_alive())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, request: Request, key: str | None) -> Reply | None:
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            self.most_concurrent = max(self.most_concurrent, self._under_way)
        try:
            reply = self._judge(request, key)
            return None if self._stopping.wait(self.latency_seconds) else reply
        finally:
            with self._lock:
                self._under_way -= 1

    def _judge(self, request: Request, key: str | None) -> Reply:
        if key != self.api_key:
            return refusal(HTTPStatus.UNAUTHORIZED, "Invalid API key")
        with self._lock:
            now = time.monotonic()
            while self._instants and self._instants[0] <= now - self.minute_seconds:
                self._instants.popleft()
            is_above = self.per_minute is not None and len(self._instants) >= self.per_minute
            if not is_above:
                self._instants.append(now)
            oldest = self._instants[0] if self._instants else now
        if not is_above:
            return answer(request, self.account_data)
        # In this order nothing is left of rounding where the oldest is now.
        wait_seconds = math.ceil(self.minute_seconds - (now - oldest)) if self.promises_retry_after else None
        return refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", retry_after=wait_seconds)


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that stopping ends them too: keep-alive would outlive the listener."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = sys.platform != "win32"  # On Windows it would let two servers share a port.

    def __init__(self, port: int, serve: Callable[[Request, str | None], Reply | None]) -> None:
        self.serve = serve
        self._connections: set[Any] = set()
        self._all_gone = threading.Condition()
        self._is_stopping = False
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the name service for the name of 127.0.0.1.
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._all_gone:
            self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._all_gone:
            self._connections.discard(request)
            self._all_gone.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not (self._is_stopping or isinstance(sys.exc_info()[1], OSError)):
            super().handle_error(request, client_address)

    def stop(self, *, is_serving: bool) -> None:
        self._is_stopping = True
        if is_serving:
            self.shutdown()
        with self._all_gone:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._all_gone.wait_for(lambda: not self._connections, timeout=STOP_SECONDS)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # Head and body leave in one packet.

    def log_message(self, format: str, *args: object) -> None:
        """Silence: the log of a request would show the key."""

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,9}", length):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        address = urlsplit(self.path)
        query, arrays = split_query(address.query)
        key = query.pop("api_key", None)
        reply = self.server.serve(Request(self.command, address.path, query, body, arrays), key)
        if reply is None:
            self.close_connection = True
            return
        answer_body = reply.text.encode("utf-8", "backslashreplace")
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(answer_body)))
        if reply.retry_after is not None:
            self.send_header("Retry-After", str(reply.retry_after))
        self.end_headers()
        self.wfile.write(answer_body)
