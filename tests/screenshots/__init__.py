"""All states of the window and its dialogs, to look at and to test: `python -m tests.screenshots FOLDER`.

Read first: `states.py`.
"""
