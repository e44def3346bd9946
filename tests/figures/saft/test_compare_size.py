"""A file of two million lines, held against a book of its size: how long it takes, and how much memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from reports.figures.saft.book import BookEntry
from reports.figures.saft.saft_document import LineKey
from tests.conftest import Figure
from tests.support.saft import BEGIN_SALES, END, HEAD

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")

DOCUMENTS, LINES_EACH = 100_000, 20
MOST_MEGABYTES = 400
NET, TAX = Decimal("90.00"), Decimal("20.70")

RUN = """
import json, re, sys, time
from reports.figures.saft.compare import Comparer
from reports.figures.saft.parse_saft import SaftParser
from tests.figures.saft.test_compare_size import list_entries, write_file
comparer = Comparer(list_entries(int(sys.argv[1])), lambda number: None)
began, size = time.monotonic(), 0
def chunks():
    global size
    for chunk in write_file(int(sys.argv[1])):
        size += len(chunk)
        yield chunk
parser = SaftParser(chunks(), name="saft.xml")
for document in parser.read():
    comparer.add(document)
comparer.close_file(parser.control)
result = comparer.finish()
with open("/proc/self/status") as status:
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read())[1])
print(json.dumps([result.state, result.ours.entries, time.monotonic() - began, peak / 1024, size / 1e6]))
"""


def list_entries(documents: int) -> Iterator[BookEntry]:
    key = LineKey("PT", Decimal(23), None)
    for count in range(documents):
        yield BookEntry(
            client=7,
            name="Ana",
            document=count,
            number=f"FT 2026/{count}",
            date=date(2026, 10, 5),
            is_credit=False,
            is_cancelled=False,
            currency="EUR",
            net=NET,
            tax=TAX,
            gross=NET + TAX,
            withholding=Decimal(0),
            fiscal_id="123456789",
            lines={key: NET},
        )


def write_file(documents: int) -> Iterator[bytes]:
    """As long a document as an exporter writes, in pieces of some hundred kilobytes."""
    lines = "".join(
        f"<Line><LineNumber>{place}</LineNumber><ProductCode>Pao</ProductCode>"
        "<ProductDescription>Pao de Mafra</ProductDescription><Quantity>3</Quantity>"
        "<UnitOfMeasure>un</UnitOfMeasure><UnitPrice>1.5000</UnitPrice>"
        "<TaxPointDate>2026-10-05</TaxPointDate><Description>Pao de Mafra</Description>"
        "<CreditAmount>4.5000</CreditAmount><Tax><TaxType>IVA</TaxType>"
        "<TaxCountryRegion>PT</TaxCountryRegion><TaxCode>NOR</TaxCode>"
        "<TaxPercentage>23</TaxPercentage></Tax><SettlementAmount>0.00</SettlementAmount></Line>\n"
        for place in range(1, LINES_EACH + 1)
    )
    customer = (
        "<CustomerID>7</CustomerID><CustomerTaxID>123456789</CustomerTaxID><CompanyName>Ana</CompanyName>"
    )
    yield f"{HEAD}<MasterFiles><Customer>{customer}</Customer></MasterFiles>{BEGIN_SALES}".encode()
    for start in range(0, documents, 20):
        yield "".join(
            f"<Invoice><InvoiceNo>FT 2026/{count}</InvoiceNo><ATCUD>0</ATCUD><DocumentStatus>"
            "<InvoiceStatus>N</InvoiceStatus><SourceID>1</SourceID><SourceBilling>P</SourceBilling>"
            "</DocumentStatus><Hash>0</Hash><Period>10</Period><InvoiceDate>2026-10-05</InvoiceDate>"
            "<InvoiceType>FT</InvoiceType><SourceID>1</SourceID><CustomerID>7</CustomerID>\n"
            f"{lines}<DocumentTotals><TaxPayable>20.70</TaxPayable><NetTotal>90.00</NetTotal>"
            "<GrossTotal>110.70</GrossTotal></DocumentTotals></Invoice>\n"
            for count in range(start, min(start + 20, documents))
        ).encode()
    yield END.encode()


def compare(documents: int) -> tuple[str, int, float, float, float]:
    """State, entries, seconds, and megabytes of memory and of the file, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, f"{documents}"], capture_output=True, text=True, timeout=1800, check=True
    )
    state, entries, seconds, memory, size = json.loads(done.stdout)
    return state, entries, seconds, memory, size


@pytest.mark.slow
def test_memory_does_not_grow_with_the_lines_of_a_file() -> None:
    state, entries, _, memory, size = compare(2000)
    assert (state, entries) == ("equal", 2000)
    assert size > 15
    assert memory < 120


@pytest.mark.soak
def test_two_million_lines_are_compared_in_bounded_memory(figure: Figure) -> None:
    state, entries, seconds, memory, size = compare(DOCUMENTS)
    assert (state, entries) == ("equal", DOCUMENTS)
    figure(
        "SAF-T of two million lines, compared",
        f"{seconds:.0f} s, {memory:.0f} MB peak, a file of {size:.0f} MB",
    )
    assert memory < MOST_MEGABYTES
