"""What a month will take, told from its first pages: how long the files, and how long the reading.

A process that makes files takes a second to start. So it should be known early whether files will be what the
run waits for, long before the first of them is made.
"""

import time
from typing import NamedTuple

ENOUGH_PAGES = 16
"""So many tell how fast the API answers: as a rule more than are asked for at once."""

CLIENT_SECONDS, PAGE_SECONDS = 0.05, 0.01
"""What a client's files take at least, and each page of thirty documents besides, on a fast machine: a client
of 100 documents 0.09 s, one of 300 of which 100 are in the period 0.15 s (docs/PERFORMANCE.md)."""


class Outlook(NamedTuple):
    """What is left, in seconds: the work of one process, and the time it comes in at the pace until now."""

    work: float
    wait: float


class Forecast:
    """One account while it is read; pages of so many `clients` will come. It is told of one at a time."""

    def __init__(self, clients: int) -> None:
        self._clients = clients
        self._pages_of: dict[int, int] = {}
        self._pages = self._read = 0
        self._began = 0.0

    def page(self, client: int, pages: int) -> Outlook | None:
        """One more page is in, of a client that has so many. None as long as that says too little."""
        now = time.monotonic()
        self._began = self._began or now
        self._pages += pages - self._pages_of.get(client, 0)
        self._pages_of[client] = pages
        self._read += 1
        if self._read < ENOUGH_PAGES:
            return None
        pages_each = self._pages / len(self._pages_of)
        left = self._clients * pages_each - self._read
        clients_left = left / pages_each
        return Outlook(
            work=clients_left * CLIENT_SECONDS + left * PAGE_SECONDS,
            wait=left * (now - self._began) / self._read,
        )
