"""The My hand tab: a handwriting test, its result, and earlier tests.

Read first: `hand_tab.py`.
"""
