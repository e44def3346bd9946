"""A month as a script of an afternoon makes it: page after page, no proof, pandas' own writers.

`python -m benchmarks.script URL FOLDER` with the key in BENCH_KEY.
"""

import os
import sys
from pathlib import Path

import pandas as pd
import requests

from benchmarks.account import PERIOD_FIRST

PER_PAGE = 100


def main(url: str, folder: Path) -> None:
    """Writes two sheets and a page for each client of the account at `url`."""
    with requests.Session() as session:
        session.params = {"api_key": os.environ["BENCH_KEY"], "per_page": str(PER_PAGE)}
        for client in _read_list(session, "GET", f"{url}/clients.json", "clients"):
            papers = _read_list(session, "POST", f"{url}/clients/{client['id']}/invoices.json", "invoices")
            documents = pd.json_normalize(papers)
            days = pd.to_datetime(documents["date"], dayfirst=True)
            documents = documents[days >= pd.Timestamp(PERIOD_FIRST)].drop(columns="items")
            lines = pd.json_normalize(papers, "items", ["id"], record_prefix="item.")
            with pd.ExcelWriter(folder / f"{client['id']}.xlsx", engine="openpyxl") as book:
                documents.to_excel(book, sheet_name="Documents", index=False)
                lines[lines["id"].isin(documents["id"])].to_excel(book, sheet_name="Lines", index=False)
            (folder / f"{client['id']}.html").write_text(documents.to_html(), "utf-8")


def _read_list(session: requests.Session, method: str, url: str, name: str) -> list[dict[str, object]]:
    entries, page, pages = [], 1, 1
    while page <= pages:
        answer = session.request(method, url, params={"page": page}, json={}, timeout=60).json()
        entries += answer[name]
        page, pages = page + 1, answer["pagination"]["total_pages"]
    return entries


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
