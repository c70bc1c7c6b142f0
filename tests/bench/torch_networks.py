"""The PyTorch side of a measurement: the same network with the same initial weights, trained in the usual way.

To be fair to PyTorch, the images are one float32 tensor from the start; batches are taken by indices from
`randperm` (a DataLoader would be several times slower); nothing is computed but loss, gradients and the step; gradients
are set to None, not to zero; the CPU's fused Adam is measured beside the default one, with one thread and with all.
It is not compiled (`torch.compile` needs a C++ compiler, which most users of either program do not have).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from nncore.data.dataset import Dataset
from nncore.model.layers import Activation, AveragePool2D, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from nncore.model.network import Network, NetworkSpec

ACTIVATIONS: dict[str, Callable[[], Any]] = {
    "relu": torch.nn.ReLU,
    "leaky_relu": torch.nn.LeakyReLU,
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "gelu": lambda: torch.nn.GELU(approximate="tanh"),
    "linear": torch.nn.Identity,
    "softmax": lambda: torch.nn.Softmax(dim=1),
}


def torch_twin(network: Network) -> Any:
    """The same network as a torch.nn.Sequential, with copies of the same parameters."""
    modules = []
    for number, (layer, shape) in enumerate(zip(network.spec.layers, network.spec.shapes, strict=False), start=1):
        module = _module(layer, shape)
        for name, of_torch in _parameter_names(layer).items():
            values = torch.from_numpy(np.array(network.parameters.value(f"{number}.{name}")))
            getattr(module, of_torch).data.copy_(values.t() if isinstance(layer, Dense) else values)
        modules.append(module)
    return torch.nn.Sequential(*modules)


def _module(layer: object, shape: tuple[int, ...]) -> Any:
    """A layer of torch.nn for inputs of `shape`."""
    match layer:
        case Dense(units=units):
            return torch.nn.Linear(shape[0], units)
        case Conv2D():
            return torch.nn.Conv2d(shape[0], layer.filters, layer.kernel, layer.stride, layer.padding)
        case MaxPool2D():
            return torch.nn.MaxPool2d(layer.size, layer.stride, layer.padding)
        case AveragePool2D():
            return torch.nn.AvgPool2d(layer.size, layer.stride, layer.padding)
        case BatchNorm():
            kind = torch.nn.BatchNorm2d if len(shape) == 3 else torch.nn.BatchNorm1d
            return kind(shape[0], eps=layer.epsilon, momentum=layer.momentum)
        case Dropout(rate=rate):
            return torch.nn.Dropout(rate)
        case Activation(function=function):
            return ACTIVATIONS[function]()
        case Flatten():
            return torch.nn.Flatten()
    raise ValueError(f"{layer} has no counterpart here.")


def _parameter_names(layer: object) -> dict[str, str]:
    """Return the names of the parameters and the state of a layer in nncore and in PyTorch."""
    match layer:
        case Dense() | Conv2D():
            return {"W": "weight", "b": "bias"}
        case BatchNorm():
            return {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
    return {}


def tensors(dataset: Dataset, spec: NetworkSpec) -> tuple[Any, Any]:
    """Images as one float32 tensor (n, *shape of the first layer), labels as int64 (n,)."""
    images = torch.from_numpy(dataset.inputs(slice(None)).reshape(len(dataset), *spec.shapes[0]))
    return images, torch.from_numpy(np.array(dataset.labels, np.int64))


class TorchTraining:
    """Trains `network` (a Sequential) with Adam on the given tensors."""

    def __init__(self, network: Any, images: Any, labels: Any, rate: float, batch: int, fused: bool) -> None:
        self.network, self.images, self.labels, self.rate, self.batch = network, images, labels, rate, batch
        self.optimizer = torch.optim.Adam(network.parameters(), lr=rate, fused=fused)
        self.steps_per_epoch = math.ceil(len(images) / batch)
        self.step = 0

    def epoch(self, factor: Callable[[int], float] | None = None) -> None:
        """Go through all images once; step number n is taken at the rate times `factor(n)`, if that is given."""
        self.network.train()
        order = torch.randperm(len(self.images))
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            if factor is not None:
                self.optimizer.param_groups[0]["lr"] = self.rate * factor(self.step)
            self.optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(self.network(self.images[rows]), self.labels[rows])
            loss.backward()
            self.optimizer.step()
            self.step += 1

    def accuracy(self, images: Any, labels: Any) -> float:
        """The fraction of `images` that is read correctly, 0 to 1."""
        self.network.eval()
        with torch.inference_mode():
            right = sum(
                int((self.network(some).argmax(1) == wanted).sum())
                for some, wanted in zip(images.split(512), labels.split(512), strict=True)
            )
        return right / len(images)
