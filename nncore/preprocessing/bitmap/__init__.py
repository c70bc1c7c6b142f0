"""From a bitmap (a scan, a photo, a paste) to the 28x28 pictures that a network reads.

    colour      ink of any colour as grey values
    paper       tell ink from paper: uneven light, shadow and grain away, dark or bright ink alike
    ruled_lines take the lines of ruled or squared paper away
    blobs       what hangs together, and which of it is one digit
    thinning    the middle line of the ink, whatever the pen's width
    tracing     that line as strokes

The result is strokes, which `nncore.preprocessing.ink` draws like those of a pen: a fat line becomes as thin as
MNIST's. Read first: `pipeline.py`.
"""

from nncore.preprocessing.bitmap.colour import grey_of
from nncore.preprocessing.bitmap.pipeline import inks, pictures, prepare

__all__ = ["grey_of", "inks", "pictures", "prepare"]
