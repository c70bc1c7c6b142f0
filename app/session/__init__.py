"""The state of the window and the threads behind it: data, model in use, training run. Imports no widget.

Read first: `session.py`.
"""
