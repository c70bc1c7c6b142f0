"""Colours, sizes, icons and the Qt style sheet. Widgets define no colours of their own.

Read first: `theme.py`.
"""
