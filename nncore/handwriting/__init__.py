"""What concerns handwriting alone: segmentation of numbers into digits, and fine-tuning to one person's writing.

`personal_test/` is the test of twenty digits, `synthetic/` generates digits as pen strokes.
Read first: `segmentation.py`.
"""
