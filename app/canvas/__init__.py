"""The canvas: drawing with mouse, pen, finger or keyboard, kept as strokes.

Read first: `canvas.py`.
"""
