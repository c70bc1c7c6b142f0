"""Handwriting: segmentation of numbers into digits, and fine-tuning of a network to one person's writing.

`personal_test/` is the handwriting test of twenty digits; `synthetic/` generates digits as pen strokes.
Read first: `segmentation.py`.
"""
