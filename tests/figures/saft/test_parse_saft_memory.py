"""Half a gigabyte of one thing: however much a file holds, it is streamed, or refused at its beginning."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.support.saft import BEGIN_SALES, END, FILE, HEAD

Flood = Callable[[], Iterator[bytes]]
HALF_A_GIGABYTE = 512
"""In pieces of a megabyte."""

RUN = """
import re, sys, tracemalloc
from reports.errors import SaftError
from reports.figures.saft.parse_saft import SaftParser
from tests.figures.saft.test_parse_saft_memory import FLOODS
tracemalloc.start()
fed = [0]
def chunks():
    for chunk in FLOODS[sys.argv[1]]():
        fed[0] += len(chunk)
        yield chunk
try:
    count = sum(1 for _ in SaftParser(chunks(), name="saft.xml").read())
    print(f"read {count}")
except SaftError as error:
    print(error)
with open("/proc/self/status") as status:
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read())[1])
print(fed[0], tracemalloc.get_traced_memory()[1], peak * 1024)
"""


def flood(before: str, piece: str, after: str) -> Flood:
    def chunks() -> Iterator[bytes]:
        yield before.encode()
        data = piece.encode() * (1024**2 // len(piece))
        for _ in range(HALF_A_GIGABYTE):
            yield data
        yield after.encode()

    return chunks


DATED = "<InvoiceDate>2026-10-05</InvoiceDate>"
ELEMENT = f"<Description>{'x' * 900}</Description>"
TO_INVOICE = f"{HEAD}{BEGIN_SALES}<Invoice>"
FLOODS = {
    "one element": flood(f"{TO_INVOICE}<InvoiceNo>", "x", ""),
    "one element that is passed over": flood(f"{TO_INVOICE}<Hash>", "x", f"</Hash>{DATED}</Invoice>{END}"),
    "one attribute": flood(f'{TO_INVOICE}<Line a="', "x", ""),
    "one name": flood(f"{TO_INVOICE}<L", "x", ""),
    "one comment": flood(f"{TO_INVOICE}<!--", "x", ""),
    "many attributes": flood(f"{TO_INVOICE}<Line ", 'a="" ', ""),
    "blanks before the first element": flood("", " ", FILE),
    "elements in each other": flood(TO_INVOICE, "<a>", ""),
    "many elements that are passed over": flood(f"{TO_INVOICE}", ELEMENT, f"{DATED}</Invoice>{END}"),
    "lines in each other": flood(f"{TO_INVOICE}", "<Line>", ""),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("kind", FLOODS)
def test_half_a_gigabyte_takes_no_memory(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, kind], capture_output=True, text=True, timeout=550, check=False
    )
    assert done.stderr == ""
    said, figures = done.stdout.strip().splitlines()
    fed, traced, resident = map(int, figures.split())
    assert traced < 16 * 1024**2
    assert resident < 200 * 1024**2
    if "passed over" in kind or "blanks" in kind:
        assert said == "read 1"
        assert fed > 500 * 1024**2
    else:
        assert said.startswith("saft.xml: ")
        assert fed < 8 * 1024**2
