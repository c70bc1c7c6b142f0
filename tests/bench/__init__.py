"""Measurements of speed and memory: `python -m tests.bench` runs them all and prints tables and JSON.

Machines are noisy, so the compared programs run in turn, several times; quote medians and ratios. Each measurement
runs in a process of its own. The optional group `bench` installs the programs to compare with, the CPU build of
PyTorch and scikit-learn: pip install -e ".[bench]".
"""
