"""Tests of the Draw tab."""
