"""Why a network gives an answer to one image, what would change the answer, and what simpler methods answer.

Read first: `why.py`.
"""
