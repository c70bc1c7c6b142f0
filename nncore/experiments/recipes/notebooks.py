"""Recipes of five well-known from-scratch notebooks, with their authors' settings but correct gradients."""

from __future__ import annotations

from nncore.experiments.recipes.examples import CurveExamples, DigitExamples
from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import Recipe
from nncore.model.layers import Activation, Dense, LayerSpec
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig

FORWARD = (
    r"$Z_1 = X W_1 + b_1$,   $A_1 = \text{ReLU}(Z_1) = \text{max}(Z_1, 0)$",
    r"$Z_2 = A_1 W_2 + b_2$,   $P = \text{softmax}(Z_2)$",
)
CROSS_ENTROPY = r"$L = {-}\frac{1}{n} \sum \log p(\text{label})$, the cross-entropy"
BACKWARD = (
    r"$dZ_2 = \frac{P - T}{n}$,   $dW_2 = A_1^\top\,dZ_2$,   $db_2 = \sum dZ_2$",
    r"$dZ_1 = dZ_2\,W_2^\top \cdot [Z_1 > 0]$,   $dW_1 = X^\top\,dZ_1$,   $db_1 = \sum dZ_1$",
)
DESCENT = r"$W \leftarrow W - \eta\,dW$,   $b \leftarrow b - \eta\,db$"
"""The formulas are for images X (n, 784), one per row, and one-hot labels T (n, 10)."""


def _full_batch(learning_rate: float, steps: int, seed: int = 0) -> TrainingConfig:
    """Return settings for gradient descent on all examples at once, so that a step is an epoch."""
    return TrainingConfig(optimizer="sgd", learning_rate=learning_rate, batch_size=None, epochs=steps, seed=seed)


def _curve_network(*hidden: int) -> NetworkSpec:
    """Return a network from one number to one number from 0 to 1, with ReLU layers and small initial weights."""
    layers: list[LayerSpec] = []
    for units in hidden:
        layers += [Dense(units, "small_normal"), Activation("relu")]
    return NetworkSpec((1,), (*layers, Dense(1, "small_normal")), "sigmoid")


BASIC_ML = Recipe(
    "basic-ml",
    "Ten hidden units, by hand",
    "A very small network that reads digits, trained in the simplest way: 500 steps of gradient descent on all images.",
    NetworkSpec.dense((784, 10, 10), "relu", "uniform"),
    _full_batch(0.1, 500),
    Page(
        "This network is small enough to understand completely and needs no machine-learning library: 784 pixels, ten "
        "hidden units, ten digits. It shows that back-propagation consists of a few matrix products.",
        (*FORWARD, CROSS_ENTROPY, *BACKWARD, DESCENT),
        (
            "The loss falls quickly for about fifty steps, then more and more slowly, because gradient descent without "
            "momentum or a schedule takes very small steps where the gradient is small.",
            "The training and validation curves are nearly the same: 7,960 parameters cannot memorize 19,000 images.",
            "The initial weights are between −0.5 and 0.5, which is large for 784 inputs. So the first loss is far "
            "above that of random guessing, log 10 = 2.30.",
        ),
        "83 to 86 % of the test images with 12 seeds. The notebook reported 81.1 % on its held-out images and 83.2 % "
        "on the test set.",
        "A notebook that builds a network from scratch in NumPy on the first 20,000 training images of MNIST, "
        "of which it holds out the first 1,000. It summed the bias gradients over all units; here they are correct.",
    ),
    validation_fraction=0,
    examples=DigitExamples(20_000, held_out=1000),
    group="Classic notebooks",
    result="83 to 86 %",
)

TWO_LAYER = Recipe(
    "two-layer",
    "A hundred steps",
    "The network of “Ten hidden units, by hand” on all 60,000 images, stopped after 100 steps, when it has "
    "learned only a part.",
    NetworkSpec.dense((784, 10, 10), "relu", "uniform"),
    _full_batch(0.1, 100),
    Page(
        "The same network, 784-10-10, with three times the data and a fifth of the steps. More images make the "
        "gradient of each step more accurate, but do not make the step longer: here the number of steps decides.",
        (*FORWARD, CROSS_ENTROPY, *BACKWARD, DESCENT),
        (
            "The training stops while the loss still falls. Train again with 500 steps and compare.",
            "Different seeds give results several percentage points apart: after few steps the initial weights matter.",
            "If the pixels are not divided by 255, the network learns nothing: see “Pixels not divided by 255”.",
        ),
        "52 to 69 % of the test images with 12 seeds, 62 % with seed 0. The notebook reported 61.99 %.",
        "A notebook on a two-layer network in NumPy, trained on the whole of MNIST as a table of numbers.",
    ),
    validation_fraction=0,
    group="Classic notebooks",
    result="52 to 69 %",
)

NUMPYNET = Recipe(
    "numpynet",
    "Better initial weights",
    "With 64 hidden units and initial weights of the right size, the same gradient descent reads 92 %.",
    NetworkSpec.dense((784, 64, 10), "relu", "he"),
    _full_batch(0.1, 500, seed=33),
    Page(
        "This recipe shows the effect of good initial weights. With He initialization, signals keep their size from "
        "layer to layer, so even the first step is useful.",
        (
            r"$W\,\sim\,N\left(0, \frac{2}{\text{inputs}}\right)$,   $b = 0$",
            *FORWARD,
            CROSS_ENTROPY,
            *BACKWARD,
            DESCENT,
        ),
        (
            "The first loss is near log 10 = 2.30, that of random guessing, and falls immediately; compare “Ten hidden "
            "units, by hand”.",
            "Compare loss and accuracy: the loss continues to fall when the accuracy hardly changes.",
        ),
        "92.0 to 92.5 % of the test images, depending on the seed. The notebook reported 92.18 %; it divided the "
        "pixels of the test images by 225 instead of 255.",
        "A notebook that defines a network as a class in NumPy, seed 33. He initialization: He, Zhang, Ren and Sun, "
        "“Delving Deep into Rectifiers”, ICCV 2015.",
    ),
    validation_fraction=0,
    group="Classic notebooks",
    result="92 %",
)

THREE_LAYER = Recipe(
    "three-layer",
    "Continued training",
    "Two hidden layers of ten units and a learning rate of 1; the run is continued several times with a smaller one.",
    NetworkSpec.dense((784, 10, 10, 10), "relu", "uniform"),
    _full_batch(1.0, 500),
    Page(
        "This recipe shows what longer training brings and what it costs: the same network after 500, 1,000, … 8,840 "
        "steps. Each time the run continues from where it stopped, optionally with a different learning rate. Each "
        "hidden layer can be ReLU or sigmoid.",
        (
            r"$A_1 = f(X W_1 + b_1)$,   $A_2 = g(A_1 W_2 + b_2)$,   $P = \text{softmax}(A_2 W_3 + b_3)$",
            r"$f$, $g$:   $\text{ReLU}(z) = \text{max}(z, 0)$   or   $\sigma(z) = \frac{1}{1 + e^{-z}}$,   "
            r"$\sigma' = \sigma (1 - \sigma)$",
            CROSS_ENTROPY,
            DESCENT,
        ),
        (
            "With a learning rate of 1 the loss sometimes jumps up, because a step goes beyond the minimum. If you "
            "continue with 0.5, the jumps stop.",
            "Each doubling of the number of steps improves the accuracy less than the one before.",
            "With sigmoid in both layers the training begins slowly: see “Sigmoids in a deep network”.",
        ),
        "87 to 92 % of the test images after 500 steps with 11 of 12 seeds, 72 % with seed 1. Continued with rate 0.5, "
        "92.2 % after 1,000 steps, 93.4 after 2,840 and 93.3 to 94.0 % after 6,840 and more, with seed 0. The notebook "
        "reported 83.5 % after 500, 87.6 after 1,000, 88.1 after 1,340, 90.0 after 2,840, 91.8 after 4,840, 92.5 after "
        "6,840 and 92.3 % after 8,840.",
        "A notebook with a network of three layers in NumPy, trained on 59,000 images; 1,000 are held out.",
    ),
    validation_fraction=0,
    examples=DigitExamples(60_000, held_out=1000),
    group="Classic notebooks",
    result="72 to 92 %",
)

SINE = Recipe(
    "sine",
    "Fitting a sine",
    "A network that learns a curve instead of digits: 500 points of a sine wave, one point per step.",
    _curve_network(10, 10),
    TrainingConfig(optimizer="sgd", learning_rate=0.01, batch_size=1, epochs=1000, loss="mean_squared_error"),
    Page(
        "A network is a function, and training changes its shape. With one input and one output the whole function can "
        "be plotted: every ReLU unit adds a kink, and the sigmoid at the output smooths the kinks.",
        (
            r"$y = \frac{1}{2}\,(\sin x + 1)$,   $-2\pi \le x \le 2\pi$,   "
            r"input $\frac{x - \text{mean}}{\text{standard deviation}}$",
            r"$p = \sigma(\text{ReLU}(\text{ReLU}(x W_1 + b_1) W_2 + b_2) W_3 + b_3)$",
            r"$L = \frac{1}{2}\,(p - y)^2$,   $dz_3 = (p - y)\,p\,(1 - p)$",
            DESCENT + ", after each single point",
        ),
        (
            "First the network learns the mean, a flat line; then a slope, then one maximum or minimum after the "
            "other.",
            "For many epochs the loss hardly changes: small weights have small gradients, until a kink reaches a "
            "useful position.",
            "Compare the fits after 10, 50, 100, 500 and 1,000 epochs.",
        ),
        "Loss 0.0625 in the first epoch, 0.0062 after 200, 0.0035 after 400, 0.0010 after 600, 0.0004 after 800 and "
        "0.0002 after 1,000: the means of ten seeds. The author reported 0.0624 at epoch 0, 0.0062 at 200, 0.0035 at "
        "400, 0.0009 at 600 and 0.0003 at 800. Of 100 seeds, about 97 always stay below twice these figures; the "
        "others learn a maximum or minimum later.",
        "A script that fits a sine with a network in NumPy, one sample per step; its options were --layers 1 10 10 1 "
        "--learning_rate 0.01 --epochs 1000 --verbose_epoch 200.",
    ),
    validation_fraction=0,
    examples=CurveExamples("0.5 * (sin(x) + 1)"),
    group="Start",
    result="loss 0.0002",
)

NOTEBOOKS = (BASIC_ML, TWO_LAYER, NUMPYNET, THREE_LAYER, SINE)
