"""Dialogs: recipe pages (`recipes/`), sweeps (`sweep/`) and the model card.

Read first: `model_card.py`.
"""
