"""Finds common problems of a training run, and suggests a change of settings for each.

Read first: `advice.py`.
"""
