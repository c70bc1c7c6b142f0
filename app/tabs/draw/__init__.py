"""The Draw tab: a canvas, what the network sees of it, and what the network answers.

Read first: `draw_tab.py`.
"""
