"""What is kept on the user's disk: paths, run recordings, taught drawings, pictures. Imports no Qt.

Read first: `paths.py`.
"""
