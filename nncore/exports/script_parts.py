"""What an exported script is put together from: the source of each kind of layer, as it computes once trained."""

from __future__ import annotations

from nncore.layers import LEAK
from nncore.layers.activation import GELU_CUBIC, GELU_SCALE

WINDOWS = '''\
def windows(X, size, stride, padding, margin=0):
    """All windows of images (n, channels, height, width), their pixels in the last two axes."""
    X = np.pad(X, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2), constant_values=margin)
    return np.lib.stride_tricks.sliding_window_view(X, size, (2, 3))[:, :, :: stride[0], :: stride[1]]'''
"""What convolution and pooling need."""

FUNCTIONS = {
    "flatten": "def flatten(X): return X.reshape(len(X), -1)",
    "relu": "def relu(X): return np.maximum(X, 0)",
    "leaky_relu": f"def leaky_relu(X): return np.maximum(X, {LEAK} * X)",
    "sigmoid": "def sigmoid(X): return 0.5 + 0.5 * np.tanh(0.5 * X)",
    "tanh": "def tanh(X): return np.tanh(X)",
    "gelu": f"def gelu(X): return 0.5 * X * (1 + np.tanh({GELU_SCALE} * (X + {GELU_CUBIC} * X * X * X)))",
    "max_pool2d": "def max_pool2d(X, *how): return windows(X, *how, -np.inf).max((4, 5))",
    "average_pool2d": "def average_pool2d(X, *how): return windows(X, *how).mean((4, 5))",
    "scale": "def scale(X, factor): return X * factor",
    "dense": "def dense(X, W, b): return X @ W + b",
    "softmax": """\
def softmax(X):
    X = np.exp(X - X.max(axis=1, keepdims=True))
    return X / X.sum(axis=1, keepdims=True)""",
    "conv2d": """\
def conv2d(X, W, b, stride, padding):
    Y = np.tensordot(windows(X, W.shape[2:], stride, padding), W, ((1, 4, 5), (1, 2, 3))) + b
    return Y.transpose(0, 3, 1, 2)""",
    "batch_norm": """\
def batch_norm(X, gamma, beta, mean, variance, epsilon):
    gamma, beta, mean, variance = (a.reshape(-1, *[1] * (X.ndim - 2)) for a in (gamma, beta, mean, variance))
    return (X - mean) * (gamma / np.sqrt(variance + epsilon)) + beta""",
}
"""The source of a function for each kind of layer and each activation, as `nncore.layers` computes it in `predict`."""
