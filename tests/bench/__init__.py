"""Measurements of speed and memory: `python -m tests.bench` runs them all and prints tables and JSON.

Machines are noisy: what is compared runs interleaved, several times, and medians and ratios are what to quote.
"""
