// read.mjs PROGRAM FILE...: what SheetJS or ExcelJS reads of workbooks, as JSON: for each file its sheets by name,
// of each the cells that hold something as [row, column, value]; days as {"at": "2026-10-05T00:00:00.000"}, of SheetJS as numbers.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_MODULES, "x.js"));
const [program, ...files] = process.argv.slice(2);

function readBySheetjs(file) {
  const XLSX = require("xlsx");
  const book = XLSX.readFile(file);
  return book.SheetNames.map((name) => [
    name,
    Object.entries(book.Sheets[name])
      .filter(([place, cell]) => !place.startsWith("!") && cell.t !== "z")
      .map(([place, cell]) => [XLSX.utils.decode_cell(place), cell.v])
      .map(([place, value]) => [place.r + 1, place.c + 1, value]),
  ]);
}

async function readByExceljs(file) {
  const ExcelJS = require("exceljs");
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(file);
  return book.worksheets.map((sheet) => {
    const cells = [];
    sheet.eachRow((row, r) =>
      row.eachCell((cell, c) => {
        if (cell.type === ExcelJS.ValueType.Merge) return;
        const own = cell.type === ExcelJS.ValueType.Formula ? cell.result : cell.value;
        const value = own instanceof Date ? { at: own.toISOString().slice(0, -1) } : own;
        if (value !== null && value !== undefined) cells.push([r, c, value]);
      }),
    );
    return [sheet.name, cells];
  });
}

const read = { sheetjs: readBySheetjs, exceljs: readByExceljs }[program];
const found = {};
for (const file of files) found[file] = await read(file);
process.stdout.write(JSON.stringify(found));
