"""What a network is and what it computes: its layers (`layers/`), its output functions and its losses.

Read first: `network.py`, then `layers/dense.py`.
"""
