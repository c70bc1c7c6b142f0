"""The tabs of the main window, one package each, listed in `TABS` of app/window/main_window.py. No tab imports another.

Read first: `tab.py`.
"""
