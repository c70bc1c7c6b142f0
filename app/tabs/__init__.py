"""The tabs of the main window, one package each, in `TABS` of app/window/tab_connections.py. No tab imports another.

Read first: `tab.py`.
"""
