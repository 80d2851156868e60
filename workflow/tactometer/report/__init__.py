"""The report: one HTML page with a study's findings, figures, tables and methods.

Open `page.py` first; its template is `templates/report.html.j2`.
"""
