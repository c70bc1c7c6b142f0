"""The menu of the window: its entries, the sub-menus for the view and for recent files.

Read first: `menu_entries.py`.
"""
