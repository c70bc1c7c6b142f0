"""What a trained network answers, how good the answers are, and why it gives them.

Read first: `metrics.py` for a data set, `recognition.py` for a single image and its verdict.
"""
