"""Experiments: named recipes (`recipes/`), sweeps over settings (`sweep/`), and the log of all runs (`run_log/`).

Read first: `recipes/recipe.py`.
"""
