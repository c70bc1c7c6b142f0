"""The learning rate as a slider, and the plot of the learning-rate finder.

Read first: `rate_slider.py`.
"""
