"""Predictions of a trained network, measures of their quality, and explanations of single predictions.

Read first: `metrics.py` for a data set, `recognition.py` for a single image and its verdict.
"""
