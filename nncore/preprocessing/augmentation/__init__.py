"""Distort whole batches of images at random while a network trains.

Read first: `augmentation.py`.
"""

from nncore.preprocessing.augmentation.augmentation import MAX_DISTORTION, Augmentation, Distorter

__all__ = ["MAX_DISTORTION", "Augmentation", "Distorter"]
