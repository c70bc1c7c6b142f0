"""The panel Derivation of the Inside tab: why the gradients have their formulas, step by step.

Read first: `derivation_panel.py`.
"""
