"""Convert pen strokes (`ink.py`) or a bitmap (`bitmap/`) to the 28x28 image that a network reads.

The canvas, files, tests and training all use this one path. `augmentation/` distorts images for training.
Read first: `ink.py`.
"""
