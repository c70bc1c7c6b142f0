"""The Runs tab: every run so far, to sort, compare, repeat, continue and export.

Read first: `runs_tab.py`.
"""
