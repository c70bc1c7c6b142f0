"""The Evaluate tab: from a low accuracy to the images that caused it.

Read first: `evaluate_tab.py`.
"""
