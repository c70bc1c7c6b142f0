"""Open formats: a trained network as an ONNX file, or as a short Python script that needs only NumPy.

Both contain the header of Digit Lab's model files, so `load_model` restores the same model bit for bit.
Read first: `script.py`.
"""

from nncore.files.exports.onnx_file import ONNX_SUFFIX, onnx_file, read_onnx
from nncore.files.exports.script import SCRIPT_SUFFIX, read_script, script

__all__ = ["ONNX_SUFFIX", "SCRIPT_SUFFIX", "onnx_file", "read_onnx", "read_script", "script"]
