"""The Models tab: every kept model, to name, use, compare, export and delete.

Read first: `models_tab.py`.
"""
