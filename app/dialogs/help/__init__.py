"""Help: the guide, the keys F1 and Shift+F1, the list of shortcuts, the start page, and the licences.

Read first: `guide_window.py`.
"""
