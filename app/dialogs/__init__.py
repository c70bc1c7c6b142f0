"""Dialogs: recipe pages (`recipes/`), sweeps (`sweep/`), the model card, and the question about unsaved models.

Read first: `model_card.py`.
"""
