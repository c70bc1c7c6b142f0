"""Read digits from files: images as IDX, CSV, NPY or NPZ, pen strokes as UNIPEN.

A file is read completely, or rejected with a DataError that says where the error is, what was found, and what was
expected. Rows, columns, images and bytes are counted from 1, as an editor shows them. Read first: `data_formats.py`.
"""

from nncore.data.formats.data_formats import FORMATS, file_patterns, format_names, format_of, read_dataset
from nncore.data.formats.unipen import InkSamples, read_ink

__all__ = ["FORMATS", "InkSamples", "file_patterns", "format_names", "format_of", "read_dataset", "read_ink"]
