"""The JSON headers of model files and checkpoints; every field is checked when a file is read.

Read first: `json_header.py`.
"""
