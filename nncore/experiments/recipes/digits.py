"""Recipes for networks that read digits well, with training times from a few seconds to some minutes."""

from __future__ import annotations

from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import Recipe
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten, LayerSpec
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig

MILD_DISTORTIONS = Augmentation(shift=1.5, rotation=10, scale=0.1, slant=0.15, elastic=1.0)
"""Mild distortions: every digit differs a little in each epoch, and all of them look natural."""

ADAM = (
    r"$m \leftarrow 0.9\,m + 0.1\,g$,   $v \leftarrow 0.999\,v + 0.001\,g^2$,   "
    r"$W \leftarrow W - \eta\,\frac{m}{\sqrt{v} + \varepsilon}$"
)
CONVOLUTION = r"$Y(k, i, j) = \sum W(k, c, u, v)\,X(c, 2i + u, 2j + v) + b(k)$"
NORMALIZATION = r"$Y = \gamma\,\frac{X - \text{mean}}{\sqrt{\text{variance} + \varepsilon}} + \beta$, over each batch"
SIMARD = (
    "The network of Simard, Steinkraus and Platt (“Best Practices for Convolutional Neural Networks”, ICDAR 2003) with "
    "batch normalization (Ioffe and Szegedy, ICML 2015)."
)


def _strided_convolutions(*filters: int, dense: int) -> NetworkSpec:
    """Return a network of 5x5 convolutions with stride 2, without pooling, a dense layer, and ten classes.

    It is the network of Simard, Steinkraus and Platt ("Best Practices for Convolutional Neural Networks", ICDAR 2003)
    with batch normalization after each layer but the last. With the normalization, a network of 16 and 48 filters read
    99.45 % instead of 99.31 % of 10,000 held-out training images after 14 epochs. Stronger distortions, another
    learning rate or dropout did not improve it.
    """
    layers: list[LayerSpec] = []
    for count in filters:
        layers += [Conv2D(count), BatchNorm(), Activation("relu")]
    return NetworkSpec((28, 28), (*layers, Flatten(), Dense(dense), BatchNorm(), Activation("relu"), Dense(10)))


QUICK = Recipe(
    "quick",
    "A first network",
    "Two small hidden layers; reads 97 % of MNIST after a few seconds. It is the default of the Train tab.",
    NetworkSpec.dense((784, 128, 64, 10)),
    TrainingConfig(learning_rate=0.003, schedule="cosine"),
    Page(
        "A network for a first try: large enough to read well, and small enough to train within seconds.",
        (r"$A = \text{ReLU}(X W + b)$, twice,   $P = \text{softmax}(A W + b)$", ADAM),
        (
            "One epoch with batches of 128 images learns more than a hundred steps with all images at once.",
            "The learning rate falls to zero along a cosine, so the training loss changes little in the last epoch.",
            "Ten per cent of the images are held out; their loss shows how well the network reads new digits.",
        ),
        "97 to 98 % of the test images after five epochs.",
        "Adam: Kingma and Ba, ICLR 2015. The cosine: Loshchilov and Hutter, “SGDR”, ICLR 2017.",
    ),
    group="Start",
    result="97 %",
)

MLP = Recipe(
    "mlp",
    "A wide dense network",
    "More units, and in each epoch every digit is shifted, rotated, stretched and bent a little: 99 % within a minute.",
    NetworkSpec.dense((784, 512, 256, 128, 10)),
    TrainingConfig(
        learning_rate=0.002,
        epochs=16,
        schedule="one_cycle",
        augmentation=Augmentation(shift=1.5, rotation=12, scale=0.12, slant=0.15, elastic=1.0),
    ),
    Page(
        "A dense network has no information about the positions of pixels: it does not know which ones are neighbours. "
        "It has to learn from examples that a shifted digit is the same digit, so it gets new distortions in each "
        "epoch.",
        (r"$A = \text{ReLU}(X W + b)$, three times,   $P = \text{softmax}(A W + b)$", ADAM),
        (
            "The training accuracy stays below the test accuracy, because all training images are distorted.",
            "The learning rate rises first and then falls almost to zero; the loss falls most while it decreases.",
            "Switch the augmentation off and train again: the network memorizes its images and reads new ones worse.",
        ),
        "About 99 % of the test images.",
        "Elastic distortions: Simard, Steinkraus and Platt, ICDAR 2003. The schedule: Smith and Topin, "
        "“Super-Convergence”, 2018.",
    ),
    validation_fraction=0,
    group="Best readers",
    result="99 %",
)

CONVNET = Recipe(
    "convnet",
    "Convolutions",
    "Filters that are applied at every position of the image. Fewer errors than the dense networks, but some minutes "
    "of training.",
    _strided_convolutions(24, 64, dense=128),
    TrainingConfig(learning_rate=0.005, epochs=30, schedule="one_cycle", augmentation=MILD_DISTORTIONS),
    Page(
        "A convolutional network uses two facts about images: neighbouring pixels belong together, and a line looks "
        "the same at every position. So each filter is learned once and applied everywhere.",
        (CONVOLUTION, NORMALIZATION, ADAM),
        (
            "It makes far fewer errors than “A wide dense network” with a fraction of its weights; but each weight is "
            "used many times, so the training takes longer.",
            "After the training, look at the filters of the first layer: they detect edges and ends of strokes.",
        ),
        "About 99.5 % of the test images.",
        SIMARD,
    ),
    validation_fraction=0,
    group="Best readers",
    result="99.5 %",
)

HANDWRITING = Recipe(
    "handwriting",
    "The bundled model",
    "The network of “Convolutions” with fewer epochs. python -m resources.build_model trains it on twice as much data: "
    "MNIST, pen strokes of real writers, synthetic ink, and drawings that are not digits. The result is the model that "
    "Digit Lab starts with. On MNIST alone this recipe is “Convolutions” with fewer epochs.",
    _strided_convolutions(24, 64, dense=128),
    TrainingConfig(learning_rate=0.005, epochs=24, schedule="one_cycle", augmentation=MILD_DISTORTIONS),
    Page(
        "The bundled model reads the digits that you draw. A network trained on MNIST alone misreads a crossed 7 and a "
        "1 with a flag, because MNIST does not contain them. More writers help here, not more layers.",
        (CONVOLUTION, NORMALIZATION, ADAM),
        (
            "On MNIST it reaches the accuracy of “Convolutions”; the difference is visible in the Draw tab.",
            "For drawings that are not digits, the target is the same probability for every class.",
        ),
        "Not measured on MNIST alone. The bundled model, which has more training data, reads 99.5 % of the images.",
        SIMARD + " Drawings that are not digits: Hendrycks, Mazeika and Dietterich, “Outlier Exposure”, ICLR 2019.",
    ),
    validation_fraction=0,
    group="Best readers",
    result="not measured",
)

DIGIT_RECIPES = (QUICK, MLP, CONVNET, HANDWRITING)
