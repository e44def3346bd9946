"use strict";
// Sorts and hides the rows of the list of clients. Without this script the list is whole, in the order of the run.
const table = document.querySelector("table.clients");
const tools = document.querySelector(".tools");
if (table && tools) {
  const [search, select, output] = tools.querySelectorAll("input, select, output");
  const heads = [...table.tHead.rows[0].cells];
  const total = table.querySelector("tbody.total");
  const clients = [...table.tBodies].filter((body) => body !== total);
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // Null where a client has no such cell: it failed, or has no documents. Of several currencies, the first.
  const value = (client, column) => {
    const cells = client.rows[0].cells;
    if (column > 0 && cells.length < heads.length) return null;
    const number = cells[column].querySelector("data");
    return number ? Number(number.value) : cells[column].querySelector("bdi, span")?.textContent ?? cells[column].textContent;
  };
  const sort = (head, column) => {
    const rows = clients.map((client) => ({ client, key: value(client, column) }));
    const before = head.getAttribute("aria-sort");
    const isNumber = rows.some((row) => typeof row.key === "number");
    const sign = (before ? before === "descending" : !isNumber) ? 1 : -1;
    rows.sort((one, other) => {
      if (one.key === null || other.key === null) return (one.key === null) - (other.key === null);
      return sign * (isNumber ? one.key - other.key : collator.compare(one.key, other.key));
    });
    rows.forEach((row) => table.insertBefore(row.client, total));
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  };
  const filter = () => {
    const sought = plain(search.value.trim());
    const isShown = (client) =>
      plain(client.rows[0].cells[0].dataset.search).includes(sought) &&
      (!select.value || client.dataset.is.split(" ").includes(select.value));
    clients.forEach((client) => { client.hidden = !isShown(client); });
    const shown = clients.filter((client) => !client.hidden).length;
    // A total over clients of whom some are hidden would be taken for the total of the others.
    if (total) total.hidden = shown < clients.length;
    output.textContent = output.dataset.text.replace("{shown}", shown).replace("{count}", clients.length);
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
  });
  search.addEventListener("input", filter);
  select.addEventListener("change", filter);
  tools.hidden = false;
  filter();
}
