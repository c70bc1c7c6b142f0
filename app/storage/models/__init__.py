"""The models in the user's folder: names, notes and pins, the deletion of old ones, the rescue of unsaved ones.

Read first: `model_library.py`.
"""
