"""The window and the command line of Digit Lab, built on nncore.

Read first: `window/process/application.py`.
"""
