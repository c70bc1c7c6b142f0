"""The My hand tab: a handwriting test, its result, and earlier tests.

Read first: `my_hand_tab.py`.
"""
