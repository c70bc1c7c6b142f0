"""The command line: one file for each command. Only the window needs Qt.

Read first: `main.py`.
"""
