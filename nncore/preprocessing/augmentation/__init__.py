"""Distort whole batches of images at random while a network trains.

Read first: `augmentation.py`.
"""

from nncore.preprocessing.augmentation.augmentation import LARGEST, Augmentation, Distorter

__all__ = ["LARGEST", "Augmentation", "Distorter"]
