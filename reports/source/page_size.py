"""How many entries a page is asked for: as many as the service gives, remembered for the account's run.

The service documents 10, 20 and 30 as an account's settings and no largest size; a recorded reply echoes 50.
Its limit counts requests, so larger pages are what makes a month faster. What comes back is believed: the
`pagination` of a reply, never what was asked for.
"""

import threading
from collections.abc import Sequence

LARGEST = 100
DOCUMENTED = 30
UNEVEN = 29
"""To read with when a row repeats at a page's end the same way each time: a prime, whose pages end where
others do after hundreds of entries only. Pages of 20 and 30 end together every 60."""

OTHERS = (UNEVEN, 30, 20, 10)
"""Sizes to read with where a row repeats, the best first; those behind it where that one is refused."""


class PageSize:
    """The page size of one account's run; its methods may be called from any thread.

    `wanted` None: LARGEST is asked for until the service refuses it, then DOCUMENTED. `current` is what to
    ask for now. `may_fall_back`: the service has neither given a page of this size nor refused one.
    """

    def __init__(self, wanted: int | None) -> None:
        self._lock = threading.Lock()
        self._is_automatic = self.may_fall_back = wanted is None
        self.current = LARGEST if wanted is None else wanted

    def believe(self, stated: int) -> None:
        """A page came, of so many entries by its own word."""
        with self._lock:
            if self.may_fall_back:
                self.may_fall_back, self.current = False, stated

    def fall_back(self) -> None:
        """Asks for the documented size from now on."""
        with self._lock:
            self.may_fall_back, self.current = False, DOCUMENTED

    @property
    def smaller(self) -> int | None:
        """What to ask for where the current size is not given after all; None where there is no such size."""
        return DOCUMENTED if self._is_automatic and self.current > DOCUMENTED else None

    def others(self) -> Sequence[int]:
        """Sizes whose pages end elsewhere, the best first."""
        return [size for size in OTHERS if size != self.current]
