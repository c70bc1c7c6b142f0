"""The canvas: what a mouse, a pen, a finger or the keyboard writes on it, kept as strokes.

Read first: `canvas.py`.
"""
