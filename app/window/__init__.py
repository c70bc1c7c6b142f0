"""The main window, its menu, and the connections of the tabs with the session.

Read first: `main_window.py`.
"""
