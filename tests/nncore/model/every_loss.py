"""Every loss with each output function that it can follow."""

from __future__ import annotations

EVERY_LOSS = [
    ("cross_entropy", "softmax", 0.0),
    ("cross_entropy", "softmax", 0.2),
    ("binary_cross_entropy", "sigmoid", 0.0),
    ("binary_cross_entropy", "sigmoid", 0.2),
    ("mean_squared_error", "softmax", 0.0),
    ("mean_squared_error", "sigmoid", 0.0),
    ("mean_squared_error", "linear", 0.0),
]
