"""The main window, its menu, and the connections of the tabs with the session.

A tab: `tab_connections.py`. An entry of the menu: `menu/menu_entries.py`. An element beside the menu: `header.py`. The
start of the program, its log and its error reports: `process/`. Read first: `main_window.py`.
"""
