"""Serves one account from a process of its own: bodies are ready, so the server is not what is measured.

`python -m benchmarks.server LATENCY_SECONDS PER_MINUTE CLIENTS DOCUMENTS IN_PERIOD PAGE_SIZE` says its
address and key in a line of JSON. For every line it is sent it says how many requests came since. It ends
with its input.
"""

import asyncio
import json
import re
import secrets
import sys
import time
from collections import deque
from contextlib import suppress
from functools import cache, partial
from urllib.parse import parse_qs, urlsplit

from benchmarks import account
from benchmarks.account import FIRST_CLIENT, Account
from benchmarks.measure import Worker
from reports.sandbox.data import generate
from reports.sandbox.routes import json_text

HOST = "127.0.0.1"
MINUTE_SECONDS = 60.0
DEFAULT_PAGE_SIZE = 10
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_DOCUMENTS = re.compile(r"/clients/(\d+)/invoices\.json")
_REASONS = {200: "OK", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


class Server(Worker):
    """The server of an account as whoever measures sees it; `per_minute` 0 is no limit."""

    def __init__(self, served: Account, *, latency_seconds: float = 0.0, per_minute: int = 0) -> None:
        super().__init__("-m", "benchmarks.server", str(latency_seconds), str(per_minute), *served.words)
        said = json.loads(self.ready)
        self.url: str = said["url"]
        self.key: str = said["api_key"]

    def count_requests(self) -> int:
        """Counts those that came since this was last asked."""
        return int(self.ask())


class _Answers:
    """What is sent for a request, by method and address."""

    def __init__(self, served: Account, key: str, per_minute: int) -> None:
        self._account = served
        self._key = key
        self._taxes = json_text({"taxes": generate().taxes})
        self._pages = cache(partial(account.make_pages, served))
        self._pages(served.page_size)  # Made before anybody waits for them.
        self._recent = account.make_recent_papers(served)
        self._instants = deque[float](maxlen=per_minute or None)
        self._sent = 0

    def take_count(self) -> int:
        """Returns how many requests came, and begins to count anew."""
        sent, self._sent = self._sent, 0
        return sent

    def reply(self, method: str, target: str) -> bytes:
        """Makes the whole answer, its head included."""
        self._sent += 1
        address = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        page = int(query.get("page", 1))
        size = min(int(query.get("per_page", DEFAULT_PAGE_SIZE)), self._account.page_size)
        if query.get("api_key") != self._key:
            return _make_answer(401, json_text({"errors": [{"error": "Invalid API key"}]}))
        if self._is_above_limit():
            return _make_answer(429, json_text({"errors": [{"error": "Too many requests"}]}))
        if method == "GET" and address.path == "/clients.json":
            return _make_answer(200, self._list_clients(page, size))
        if method == "GET" and address.path == "/invoices.json":
            return _make_answer(200, self._list_period(page, size))
        if method == "GET" and address.path == "/taxes.json":
            return _make_answer(200, self._taxes)
        match = _DOCUMENTS.fullmatch(address.path)
        if method == "POST" and match and int(match[1]) in self._account.numbers:
            return _make_answer(200, self._list_documents(int(match[1]), page, size))
        return _make_answer(404, "")

    def _is_above_limit(self) -> bool:
        now, instants = time.monotonic(), self._instants
        if len(instants) == instants.maxlen and instants[0] > now - MINUTE_SECONDS:
            return True
        instants.append(now)
        return False

    def _list_clients(self, page: int, size: int) -> str:
        counts = account.make_pagination(self._account.clients, page, size)
        clients = map(account.make_client, self._account.numbers[(page - 1) * size : page * size])
        return json_text({"clients": [*clients], "pagination": counts})

    def _list_period(self, page: int, size: int) -> str:
        entries = self._account.clients * len(self._recent)
        rows = (divmod(row, len(self._recent)) for row in range(entries)[(page - 1) * size : page * size])
        papers = [account.replace_client(self._recent[row], FIRST_CLIENT + client) for client, row in rows]
        counts = account.make_pagination(entries, page, size)
        return f'{{"invoices": [{",".join(papers)}], "pagination": {json_text(counts)}}}'

    def _list_documents(self, client: int, page: int, size: int) -> str:
        pages = self._pages(size)
        if page <= len(pages):
            return account.replace_client(pages[page - 1], client)
        pagination = account.make_pagination(self._account.documents, page, size)
        return json_text({"invoices": [], "pagination": pagination})


async def _answer_requests(
    answers: _Answers, latency_seconds: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answers the requests of a connection with keep-alive, one after the other."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if length := _LENGTH.search(head):
                await reader.readexactly(int(length[1]))
            method, target, _ = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
            answer = answers.reply(method, target)
            await asyncio.sleep(latency_seconds)
            writer.write(answer)
    writer.close()


def _make_answer(status: int, text: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _serve(latency_seconds: float, per_minute: int, served: Account) -> None:
    key = secrets.token_hex(20)
    answers = _Answers(served, key, per_minute)
    server = await asyncio.start_server(partial(_answer_requests, answers, latency_seconds), HOST, 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://{HOST}:{port}", "api_key": key}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(answers.take_count(), flush=True)
    server.close()


if __name__ == "__main__":
    latency, per_minute, *words = sys.argv[1:]
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(float(latency), int(per_minute), Account(*map(int, words))))
