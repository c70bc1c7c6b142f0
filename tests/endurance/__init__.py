"""Long tests that a person runs: `python -m tests.endurance kill|fuzz|monkey|soak --minutes N`.

Each prints its figures. If it finds a failure, it prints it with the seed, keeps what reproduces it, and ends with
status 1. tests/test_endurance.py runs a short form of each.
"""
