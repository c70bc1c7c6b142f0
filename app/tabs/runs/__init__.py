"""The Runs tab: sort, compare, repeat, continue and export all logged runs.

Read first: `runs_tab.py`.
"""
