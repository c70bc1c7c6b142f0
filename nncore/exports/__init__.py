"""Open formats: a trained network as an ONNX file, or as one short script that needs NumPy alone.

Both carry the header of our own model files, so that `nncore.model_file.load_model` makes the same model of them again,
bit for bit.
"""

from nncore.exports.onnx_file import ONNX_SUFFIX, onnx_file, read_onnx
from nncore.exports.script import SCRIPT_SUFFIX, read_script, script

__all__ = ["ONNX_SUFFIX", "SCRIPT_SUFFIX", "onnx_file", "read_onnx", "read_script", "script"]
