"""Files on the user's disk: paths, run recordings, taught drawings, images, data sets. Imports no Qt.

`models/` keeps the models. Read first: `paths.py`.
"""
