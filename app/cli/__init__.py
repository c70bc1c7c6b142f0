"""The command line: one file a command; no command but the window itself needs Qt.

Read first: `main.py`.
"""
