"""The report: one page, and its methods paragraph. Open page.py, then findings.py."""
