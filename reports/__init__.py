"""Monthly statements from InvoiceXpress: one Excel workbook and one HTML statement per client."""

__version__ = "0.1.0"
TOOL = "invoicexpress-reports"
