"""Data sets in memory or on disk, their statistics, and curves for regression; `formats/` reads them from files.

Read first: `dataset.py`.
"""
