"""The recipes window: one page for each recipe, with its formulas.

Read first: `recipe_page.py`.
"""
