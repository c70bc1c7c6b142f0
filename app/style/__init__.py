"""Colours, sizes, icons and the Qt style sheet. No widget names a colour of its own.

Read first: `theme.py`.
"""
