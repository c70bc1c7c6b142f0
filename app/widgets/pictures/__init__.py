"""Pictures of charts and other views, saved to files or copied to the clipboard.

Read first: `picture_actions.py`.
"""
