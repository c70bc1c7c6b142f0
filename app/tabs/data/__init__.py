"""The Data tab: contents and source of the data set.

Read first: `data_tab.py`.
"""
