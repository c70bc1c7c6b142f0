"""A neural network in NumPy that reads handwriting: data, layers, training, ink.

Nothing here imports Qt or the app, so that every part can be used from a notebook on its own.
"""

__version__ = "0.1.0"
