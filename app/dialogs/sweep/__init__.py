"""The sweep dialog: values for some settings, the runs they make, and a plot that compares the runs.

Read first: `sweep_dialog.py`.
"""
