"""The scales of the charts: linear and logarithmic axes, and their ticks.

Read first: `ticks.py`.
"""
