"""Models and checkpoints on disk: an .npz file with a checked JSON header, never a pickle.

`json_header.py` checks the JSON of all files, `model_header.py` describes that of a model, `exports/` writes ONNX files
and Python scripts. Read first: `model_file.py`.
"""
