"""Widgets that several tabs use. They know no tab and no session.

Read first: `form.py`.
"""
