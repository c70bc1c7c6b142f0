"""Dialogs: recipe pages (`recipes/`), sweeps (`sweep/`), the model card, and the question about unsaved models.

`rescued_offer.py`, a line in the window, offers a model that could not be saved before the program ended.
Read first: `model_card.py`.
"""
