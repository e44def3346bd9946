"""Monthly statements from InvoiceXpress: one Excel workbook and one HTML statement per client.

As a library it has one function, `open_period`, which reads the data of a period that was run.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.deliver.period_data import PeriodData

__all__ = ["open_period"]
__version__ = "0.1.0"
TOOL = "invoicexpress-reports"


def open_period(folder: str | os.PathLike[str]) -> "PeriodData":
    """Reads the data of a period that was run, as pandas data frames; asks nobody, and needs no key.

    `folder` is the period's, such as `output/my-company/2026-10`. The frames are read from its archives
    (`source/`) by its run record (`run.json`), and hold the same rows as the files of `output.data`: all
    clients that the record has figures of. `docs/DATA.md` lists the columns; amounts are exact
    `decimal.Decimal`, signed.

        october = reports.open_period("output/my-company/2026-10")
        documents = october.documents
        counted = documents[documents["is_counted"] & documents["is_in_period"]]
        print(counted.groupby("currency")["net"].sum())

    Raises `reports.errors.NeverReadError` where there is no run record, and `reports.errors.ClientError`
    where an archive is missing, damaged, or does not come to the figures of the record.
    """
    # The rest of the package is loaded when it is wanted.
    from pathlib import Path

    from reports.deliver.period_data import read_period

    return read_period(Path(folder))
