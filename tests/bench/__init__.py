"""Measurements of speed and memory: `python -m tests.bench` runs them all and prints tables and JSON.

Machines are noisy: what is compared runs interleaved, several times, and medians and ratios are what to quote. Each
measurement has a process of its own. What it is compared with, PyTorch's CPU build and scikit-learn, the optional group
`bench` brings: pip install -e ".[bench]".
"""
