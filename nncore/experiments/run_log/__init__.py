"""The log of all training runs in one SQLite file, with CSV and HTML reports.

Read first: `log.py`.
"""
