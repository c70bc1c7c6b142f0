"""Tests of nncore.training.slow_motion."""
