"""The models in the user's folder: their names, notes and pins, and the deletion of old ones.

Read first: `model_library.py`.
"""
