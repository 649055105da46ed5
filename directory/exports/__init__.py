"""Data going out: any list as CSV, XLSX or JSON, as a stream."""
