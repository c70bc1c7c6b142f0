"""Windows of their own: recipe pages (`recipes/`), sweeps (`sweep/`), the model card.

Read first: `model_card.py`.
"""
