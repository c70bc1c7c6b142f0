"""Live charts of a run: loss and accuracy, fitted curve, earlier runs, health of the layers.

Read first: `curves_view.py`.
"""
