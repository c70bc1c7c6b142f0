"""The Train tab: settings on the left (`settings/`), live charts on the right (`charts/`).

Read first: `train_tab.py`.
"""
