"""The Evaluate tab: accuracy, misread images, robustness and a map of the data.

Read first: `evaluate_tab.py`.
"""
