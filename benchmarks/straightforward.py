"""The month as a competent developer would write it in an afternoon: what the whole product is held against.

`python -m benchmarks.straightforward URL FOLDER`, the key in BENCH_KEY. One request after the other, frames
by `json_normalize`, `to_excel` and a loop over cells for the style, one template. The same files in content:
a workbook and a statement a client, a summary and an index. No archive, no proof that every page came, no
checks, no read-back.
"""

import os
import sys
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import requests
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

FIRST, LAST = "2026-10-01", "2026-10-31"
TODAY = "2026-11-02"
PAGE_SIZE = 30
EURO = "#,##0.00 [$€-816];[Red]-#,##0.00 [$€-816]"
MONEY = {"sum", "discount", "net", "tax", "gross", "payable", "base", "subtotal", "amount", "open"}
DATES = {"date", "due_date"}

HEAD = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
BODY = Font(name="Calibri", size=10)
TOTAL = Font(name="Calibri", size=10, bold=True)
FILL = PatternFill("solid", start_color="1F4E78", end_color="1F4E78")
BAND = PatternFill("solid", start_color="F6F8FA", end_color="F6F8FA")
BELOW = Border(bottom=Side(style="hair", color="D5DCE2"))
ABOVE = Border(top=Side(style="thin", color="1F4E78"))

PAGE = """<!DOCTYPE html>
<html lang="pt"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>body { font-family: sans-serif } table { border-collapse: collapse }
th { background: #1f4e78; color: #fff } .money { text-align: right }
td, th { padding: 2px 8px; border-bottom: 1px solid #d5dce2 }</style></head><body>
<h1>{{ title }}</h1>
{% for heading, rows, columns in tables %}
<h2>{{ heading }}</h2>
<table><tr>{% for column in columns %}<th>{{ column }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for column in columns %}
{% if column in money %}<td class="money">{{ row[column] | euro }}</td>
{% elif column == "number" and row.permalink %}<td><a href="{{ row.permalink }}">{{ row.number }}</a></td>
{% elif column in dates %}<td>{{ row[column].strftime("%d/%m/%Y") }}</td>
{% else %}<td>{{ row[column] }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}</table>
{% endfor %}</body></html>"""


def main(url: str, folder: Path) -> None:
    """Reads every client and writes its files."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = jinja2.Environment(autoescape=True)
    environment.filters["euro"] = euro
    template = environment.from_string(PAGE)
    session = requests.Session()
    session.params = {"api_key": os.environ["BENCH_KEY"]}
    totals = []
    for client in read(session, "GET", f"{url}/clients.json", "clients"):
        pages = read(session, "POST", f"{url}/clients/{client['id']}/invoices.json", "invoices")
        totals.append(one_client(client, pages, folder, template))
    summary = pd.DataFrame(totals)
    write_workbook(folder / "summary.xlsx", {"Clients": summary})
    columns = ["client", "documents", "net", "tax", "gross", "open"]
    tables = [("Clients", summary.to_dict("records"), columns)]
    write_page(folder / "index.html", "Clients", tables, template)


def read(session: requests.Session, method: str, address: str, key: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    found: list[dict[str, Any]] = []
    page, pages = 1, 1
    while page <= pages:
        body = {"filter": {"archived": ["archived", "non_archived"]}} if method == "POST" else None
        params = {"page": str(page), "per_page": str(PAGE_SIZE)}
        answer = session.request(method, address, params=params, json=body, timeout=60)
        answer.raise_for_status()
        content = answer.json()
        found += content[key]
        pages = content["pagination"]["total_pages"]
        page += 1
    return found


def one_client(
    client: dict[str, Any], papers: list[dict[str, Any]], folder: Path, template: jinja2.Template
) -> dict[str, Any]:
    """Writes workbook and statement of a client; its totals."""
    documents = pd.json_normalize(papers).drop(columns=["items"])
    lines = pd.json_normalize(papers, record_path="items", meta=["id"], meta_prefix="document.")
    for column in ("date", "due_date"):
        documents[column] = pd.to_datetime(documents[column], format="%d/%m/%Y")
    sign = documents["type"].map(lambda kind: -1 if "CreditNote" in kind else 1)
    for column in ("sum", "discount", "before_taxes", "taxes", "total"):
        documents[column] = documents[column] * sign
    documents = documents.rename(
        columns={
            "inverted_sequence_number": "number",
            "before_taxes": "net",
            "taxes": "tax",
            "total": "payable",
        }
    )
    documents["gross"] = documents["net"] + documents["tax"]
    documents["sign"] = sign
    opened = documents[(documents["status"] == "final")].copy()
    opened["days_overdue"] = (pd.Timestamp(TODAY) - opened["due_date"]).dt.days.clip(lower=0)
    month = documents[(documents["date"] >= FIRST) & (documents["date"] <= LAST)]
    lines = lines.merge(
        month[["id", "number", "type", "status", "date", "sign"]], left_on="document.id", right_on="id"
    )
    for column in ("subtotal", "tax_amount", "total"):
        lines[column] = lines[column] * lines["sign"]
    lines = lines.rename(columns={"subtotal": "net", "tax_amount": "tax", "total": "gross"})
    vat = lines.groupby(["tax.name", "tax.value"], as_index=False)[["net", "tax", "gross"]].sum()
    kinds = month.groupby("type", as_index=False)[["net", "tax", "gross", "payable"]].sum()
    shown = [
        *("number", "type", "status", "date", "due_date", "reference", "currency", "sum", "discount"),
        *("net", "tax", "gross", "payable", "observations", "permalink", "archived", "id"),
    ]
    items = [
        *("number", "type", "status", "date", "name", "description", "unit", "quantity", "unit_price"),
        *("discount", "discount_amount", "tax.name", "tax.value", "net", "tax", "gross", "document.id"),
    ]
    late = ["number", "type", "date", "due_date", "days_overdue", "payable", "permalink", "id"]
    stem = f"{client['id']}-2026-10"
    write_workbook(
        folder / f"{stem}.xlsx",
        {
            "Summary": kinds,
            "Documents": month[shown],
            "Line items": lines[items],
            "VAT": vat,
            "Open documents": opened[late],
        },
    )
    on_page = ["number", "date", "due_date", "reference", "status", "net", "tax", "gross", "payable"]
    write_page(
        folder / f"{stem}.html",
        client["name"],
        [
            ("By type", kinds.to_dict("records"), list(kinds.columns)),
            ("Documents", month.to_dict("records"), on_page),
            ("VAT", vat.to_dict("records"), list(vat.columns)),
            ("Open documents", opened.to_dict("records"), late[:-2]),
        ],
        template,
    )
    sums = {name: float(month[name].sum()) for name in ("net", "tax", "gross")}
    return {
        "client": client["name"],
        "documents": len(month),
        **sums,
        "open": float(opened["payable"].sum()),
    }


def write_workbook(path: Path, frames: dict[str, pd.DataFrame]) -> None:
    """A styled worksheet for every frame."""
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for title, frame in frames.items():
            frame.to_excel(writer, sheet_name=title, index=False)
            style(writer.sheets[title], frame)


def style(sheet: Any, frame: pd.DataFrame) -> None:
    """Headings, number formats, borders, bands, totals, widths, freeze, filter and print set-up."""
    last = len(frame) + 2
    for place, name in enumerate(frame.columns, start=1):
        letter = get_column_letter(place)
        if name in MONEY:
            sheet.cell(last, place, f"=SUBTOTAL(109,{letter}2:{letter}{last - 1})")
        width = max([len(str(name)), *frame[name].astype(str).str.len()]) if len(frame) else len(str(name))
        sheet.column_dimensions[letter].width = min(width + 3, 48)
        sheet.column_dimensions[letter].hidden = name in ("id", "document.id", "archived")
        for row in range(1, last + 1):
            cell = sheet.cell(row, place)
            if row == 1:
                cell.font, cell.fill = HEAD, FILL
                cell.alignment = Alignment(vertical="center", wrap_text=True)
                continue
            cell.font, cell.border = (TOTAL, ABOVE) if row == last else (BODY, BELOW)
            if row % 2:
                cell.fill = BAND
            if name in MONEY:
                cell.number_format = EURO
            elif name in DATES:
                cell.number_format = "dd/mm/yyyy"
            elif name == "permalink" and cell.value:
                cell.value = f'=HYPERLINK("{cell.value}","Ver")'
    sheet.cell(last, 1, "Total")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(frame.columns))}{last - 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def write_page(path: Path, title: str, tables: list[Any], template: jinja2.Template) -> None:
    """The tables as a page."""
    path.write_text(template.render(title=title, tables=tables, money=MONEY, dates=DATES), "utf-8")


def euro(amount: float) -> str:
    """An amount as it is written in Portugal."""
    return f"{amount:,.2f} €".replace(",", " ").replace(".", ",")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
