"""Convert a bitmap (a scan, a photo, a pasted image) to the 28x28 images that a network reads.

    paper        colours to grey values; separate ink from paper, without shadows, uneven light and paper grain
    ruled_lines  remove the lines of ruled or squared paper
    blobs        find connected components and group them into digits
    thinning     reduce the ink to its middle line
    tracing      convert that line to strokes

The result is strokes. `nncore.preprocessing.ink` draws them like strokes of a pen, so lines of any thickness become as
thin as in MNIST. Read first: `pipeline.py`.
"""

from nncore.preprocessing.bitmap.paper import to_grey
from nncore.preprocessing.bitmap.pipeline import digit_images, digit_inks, whole_image

__all__ = ["digit_images", "digit_inks", "to_grey", "whole_image"]
