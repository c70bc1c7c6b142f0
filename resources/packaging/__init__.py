"""Makes what is given to users: the wheel, and the folder that starts with a double-click.

Read first: build_app.py.
"""
