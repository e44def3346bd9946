"""A lean server of one office, in a process of its own: bodies are ready, so it is not what is measured.

`python -m benchmarks.server LATENCY_SECONDS CLIENTS DOCUMENTS IN_PERIOD` says its address and key in a line
of JSON, then how many requests came since, for every line it is sent. It ends with its input.
"""

import asyncio
import json
import re
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from urllib.parse import parse_qs, urlsplit

from benchmarks import office
from benchmarks.measure import Worker
from benchmarks.office import Office
from reports.sandbox.routes import json_text

HOST = "127.0.0.1"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_DOCUMENTS = re.compile(r"/clients/(\d+)/invoices\.json")
_REASONS = {200: "OK", 401: "Unauthorized", 404: "Not Found"}


class Served(Worker):
    """The server of `office` as whoever measures sees it."""

    def __init__(self, served: Office, *, latency_seconds: float = 0.0) -> None:
        super().__init__("-m", "benchmarks.server", str(latency_seconds), *served.arguments())
        said = json.loads(self.ready)
        self.url: str = said["url"]
        self.key: str = said["api_key"]

    def requests(self) -> int:
        """How many came since this was last asked."""
        return int(self.ask())


class Answers:
    """What is sent for a request, by method and address."""

    def __init__(self, served: Office, key: str) -> None:
        self._office = served
        self._key = key
        self._pages = list(office.pages(served))
        self._taxes = office.taxes()
        self.count = 0

    def reply(self, method: str, target: str) -> bytes:
        """The whole answer, its head included."""
        self.count += 1
        address = urlsplit(target)
        query = parse_qs(address.query)
        if query.get("api_key") != [self._key]:
            return _whole(401, json_text({"errors": [{"error": "Invalid API key"}]}))
        number = int(query.get("page", ["1"])[0])
        if method == "GET" and address.path == "/clients.json":
            return _whole(200, self._clients(number))
        if method == "GET" and address.path == "/taxes.json":
            return _whole(200, self._taxes)
        match = _DOCUMENTS.fullmatch(address.path)
        if method == "POST" and match and int(match[1]) in self._office.numbers:
            if 1 <= number <= len(self._pages):
                return _whole(200, office.of_client(self._pages[number - 1], int(match[1])))
            nothing = {"invoices": [], "pagination": office.pagination(self._office.documents, number)}
            return _whole(200, json_text(nothing))
        return _whole(404, "")

    def _clients(self, number: int) -> str:
        numbers = self._office.numbers[(number - 1) * office.PAGE_SIZE : number * office.PAGE_SIZE]
        pagination = office.pagination(self._office.clients, number)
        return json_text({"clients": list(map(office.client, numbers)), "pagination": pagination})


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, one request after the other."""

    def __init__(self, reply: Callable[[str, str], bytes], latency_seconds: float) -> None:
        self._reply = reply
        self._latency_seconds = latency_seconds
        self._come = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._come += data
        head_end = self._come.find(b"\r\n\r\n")
        if head_end < 0:
            return
        length = _LENGTH.search(self._come, 0, head_end)
        end = head_end + 4 + (int(length[1]) if length else 0)
        if len(self._come) < end:
            return
        method, target, _ = self._come[: self._come.index(b"\r\n")].decode("latin-1").split(" ")
        self._come = self._come[end:]
        answer = self._reply(method, target)
        if self._latency_seconds:
            asyncio.get_running_loop().call_later(self._latency_seconds, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: bytes) -> None:
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.write(answer)


def _whole(status: int, text: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _serve(latency_seconds: float, served: Office) -> None:
    key = secrets.token_hex(20)
    answers = Answers(served, key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(_Connection, answers.reply, latency_seconds), HOST, 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://{HOST}:{port}", "api_key": key}), flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(answers.count, flush=True)
        answers.count = 0
    server.close()


if __name__ == "__main__":
    latency, *words = sys.argv[1:]
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(float(latency), Office(*map(int, words))))
