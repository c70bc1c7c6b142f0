"""Random distortions of a whole batch of images at once, so that a network sees each digit a little different."""

from nncore.augment.augmentation import LARGEST, Augmentation, Distorter

__all__ = ["LARGEST", "Augmentation", "Distorter"]
