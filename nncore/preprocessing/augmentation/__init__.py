"""Distort whole batches of images at random while a network trains.

Read first: `augmentation.py`.
"""

from nncore.preprocessing.augmentation.augmentation import DISTORTION_LABELS, MAX_DISTORTION, Augmentation, Distorter

__all__ = ["DISTORTION_LABELS", "MAX_DISTORTION", "Augmentation", "Distorter"]
