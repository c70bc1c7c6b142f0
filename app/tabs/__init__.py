"""The tabs of the main window, one package each. A tab imports no other tab.

Read first: `draw/draw_tab.py`.
"""
