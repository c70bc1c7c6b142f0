"""Networks that read digits well, from a few seconds of training to some minutes."""

from __future__ import annotations

from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import Recipe
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Flatten, LayerSpec
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig

DISTORTIONS = Augmentation(shift=1.5, rotation=10, scale=0.1, slant=0.15, elastic=1.0)
"""Mild ones: every digit a little different in each epoch, none of them odd."""

ADAM = (
    "<i>m</i> ← 0.9 <i>m</i> + 0.1 <i>g</i>, &nbsp; <i>v</i> ← 0.999 <i>v</i> + 0.001 <i>g</i><sup>2</sup>, &nbsp; "
    "<i>W</i> ← <i>W</i> − η <i>m</i>/(√<i>v</i> + ε)"
)
CONVOLUTION = (
    "<i>Y</i>(<i>k</i>, <i>i</i>, <i>j</i>) = Σ <i>W</i>(<i>k</i>, <i>c</i>, <i>u</i>, <i>v</i>) "
    "<i>X</i>(<i>c</i>, 2<i>i</i> + <i>u</i>, 2<i>j</i> + <i>v</i>) + <i>b</i>(<i>k</i>)"
)
NORMALISATION = "<i>Y</i> = γ (<i>X</i> − mean)/√(variance + ε) + β, over each batch"
SIMARD = (
    "The network of Simard, Steinkraus and Platt (“Best Practices for Convolutional Neural Networks”, ICDAR 2003) with "
    "batch normalisation (Ioffe and Szegedy, ICML 2015)."
)


def _strided_convolutions(*filters: int, dense: int) -> NetworkSpec:
    """5x5 convolutions of stride 2, which need no pooling, a dense layer, and ten classes; all but the last normalised.

    The network of Simard, Steinkraus and Platt ("Best Practices for Convolutional Neural Networks", ICDAR 2003) with
    batch normalisation. With it, a network of 16 and 48 filters read 99.45 % instead of 99.31 % of 10,000 held-out
    training images, after 14 epochs; stronger distortions than the recipe's, more or less of the learning rate, or
    dropout made no difference or were worse.
    """
    layers: list[LayerSpec] = []
    for count in filters:
        layers += [Conv2D(count), BatchNorm(), Activation("relu")]
    return NetworkSpec((28, 28), (*layers, Flatten(), Dense(dense), BatchNorm(), Activation("relu"), Dense(10)))


QUICK = Recipe(
    "quick",
    "A first network",
    "Two small hidden layers; reads 97 % of MNIST after a few seconds. What the Train tab starts with.",
    NetworkSpec.dense((784, 128, 64, 10)),
    TrainingConfig(learning_rate=0.003, schedule="cosine"),
    Page(
        "The network to begin with: large enough to read well, small enough to be trained while one watches.",
        ("<i>A</i> = ReLU(<i>X W</i> + <i>b</i>), twice, &nbsp; <i>P</i> = softmax(<i>A W</i> + <i>b</i>)", ADAM),
        (
            "One epoch of 128 images a step does more than a hundred steps with all images at once.",
            "The learning rate follows a cosine down to zero: watch the training loss settle in the last epoch.",
            "Ten per cent of the images are held out; their loss is the one to believe.",
        ),
        "97 to 98 % of the test images after five epochs.",
        "Adam: Kingma and Ba, ICLR 2015. The cosine: Loshchilov and Hutter, “SGDR”, ICLR 2017.",
    ),
)

MLP = Recipe(
    "mlp",
    "A wide dense network",
    "More units, and every digit shifted, turned, stretched and bent a little anew in each epoch: 99 % within a "
    "minute.",
    NetworkSpec.dense((784, 512, 256, 128, 10)),
    TrainingConfig(
        learning_rate=0.002,
        epochs=16,
        schedule="one_cycle",
        augmentation=Augmentation(shift=1.5, rotation=12, scale=0.12, slant=0.15, elastic=1.0),
    ),
    Page(
        "How far a network gets that knows nothing of pictures: each pixel is a number of its own, and neighbours are "
        "strangers. What it is not told it must be shown, in ever new distortions.",
        ("<i>A</i> = ReLU(<i>X W</i> + <i>b</i>), three times, &nbsp; <i>P</i> = softmax(<i>A W</i> + <i>b</i>)", ADAM),
        (
            "The training accuracy stays below the test's: the network only ever sees distorted digits.",
            "The learning rate rises for a while, then falls to almost nothing; most is learnt on the way down.",
            "Switch the augmentation off and train again: it learns its images by heart, and reads worse.",
        ),
        "About 99 % of the test images.",
        "Elastic distortions: Simard, Steinkraus and Platt, ICDAR 2003. The schedule: Smith and Topin, "
        "“Super-Convergence”, 2018.",
    ),
    validation_share=0,
)

CONVNET = Recipe(
    "convnet",
    "Convolutions",
    "Filters that slide over the image find the same line wherever it is. Fewer errors than any dense network, "
    "for some minutes of training.",
    _strided_convolutions(24, 64, dense=128),
    TrainingConfig(learning_rate=0.005, epochs=30, schedule="one_cycle", augmentation=DISTORTIONS),
    Page(
        "A network that knows what a picture is: neighbouring pixels belong together, and a line is a line wherever it "
        "is. So each filter is learnt once and used everywhere.",
        (CONVOLUTION, NORMALISATION, ADAM),
        (
            "Far fewer errors than mlp with a fraction of its weights; but each weight is used many times, so it takes "
            "longer.",
            "Look at the filters of the first layer afterwards: edges and ends of strokes.",
        ),
        "About 99.5 % of the test images.",
        SIMARD,
    ),
    validation_share=0,
)

HANDWRITING = Recipe(
    "handwriting",
    "The model in the box",
    "The network of `convnet` with fewer epochs for twice as much data: `python -m resources.build_model` "
    "shows it MNIST, pen strokes of real writers, made-up ink, and what is no digit. It makes the model that "
    "Digit Lab starts with; on MNIST alone it is a shorter `convnet`.",
    _strided_convolutions(24, 64, dense=128),
    TrainingConfig(learning_rate=0.005, epochs=24, schedule="one_cycle", augmentation=DISTORTIONS),
    Page(
        "What reads the digits you draw. Whoever learns from MNIST alone misreads a crossed 7 and a flagged 1: "
        "nobody in MNIST writes them. The remedy is more hands, not more layers.",
        (CONVOLUTION, NORMALISATION, ADAM),
        (
            "On MNIST it ends where convnet does; the difference shows in the Draw tab.",
            "What is no digit is taught as “no opinion”: every class gets the same probability.",
        ),
        "99.5 % of the test images for the model in the box, which learns from much more; MNIST alone was not tried.",
        SIMARD + " What is no digit: Hendrycks, Mazeika and Dietterich, “Outlier Exposure”, ICLR 2019.",
    ),
    validation_share=0,
)

DIGIT_RECIPES = (QUICK, MLP, CONVNET, HANDWRITING)
