"""Sweeps in the window: values for some settings, the runs they make, and one plot that compares them."""
