"""The process of the window: its start, its log and error reports, signals that end it, and files of a second start.

Read first: `application.py`.
"""
