"""The Data tab: what the data set contains, and where it comes from.

Read first: `data_tab.py`.
"""
