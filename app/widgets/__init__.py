"""Widgets shared by several tabs. They import no tab and no session.

Read first: `form.py`.
"""
