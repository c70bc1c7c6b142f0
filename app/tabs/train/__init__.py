"""The Train tab: settings at the left (`settings/`), live charts at the right (`charts/`).

Read first: `train_tab.py`.
"""
