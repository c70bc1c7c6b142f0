"""The settings of a run as forms: network, learning, loss, augmentation, stopping.

Read first: `settings_panel.py`.
"""
