"""How one number of a network is computed, for views of it: in words, its lines of Python, and pictures of its inputs.

Read first: `calculation_text.py`.
"""
