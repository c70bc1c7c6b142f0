"""The Draw tab: a canvas, the network's input, and its answer.

Read first: `draw_tab.py`.
"""
