"""A panel of the Inside tab: the images that excite the chosen unit or map most and least, and its weights.

Read first: `examples_panel.py`.
"""
