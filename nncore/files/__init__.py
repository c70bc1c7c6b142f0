"""Models and checkpoints on disk: an .npz file with a checked JSON header, never a pickle.

`headers/` checks the JSON, `exports/` writes ONNX files and Python scripts. Read first: `model_file.py`.
"""
