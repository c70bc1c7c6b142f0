"""The main window, its menu, and what connects the tabs with the session.

Read first: `main_window.py`.
"""
