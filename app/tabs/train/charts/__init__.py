"""Live charts of a run: loss and accuracy, the fitted curve, earlier runs, the health of the layers.

Read first: `curves_view.py`.
"""
