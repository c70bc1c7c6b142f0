"""Tests of nncore.model.derivations."""
