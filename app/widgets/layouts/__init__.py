"""How widgets share a window that may be too small: `flow_layout.py` begins new lines, `scroll_page.py` scrolls.

Read first: `flow_layout.py`.
"""
