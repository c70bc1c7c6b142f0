"""Five well-known from-scratch notebooks, as their authors ran them, but with correct gradients."""

from __future__ import annotations

from nncore.experiments.recipes.examples import CurveExamples, DigitExamples
from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import Recipe
from nncore.model.layers import Activation, Dense, LayerSpec
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig

FORWARD = (
    "<i>Z</i><sub>1</sub> = <i>X W</i><sub>1</sub> + <i>b</i><sub>1</sub>, &nbsp; "
    "<i>A</i><sub>1</sub> = ReLU(<i>Z</i><sub>1</sub>) = max(<i>Z</i><sub>1</sub>, 0)",
    "<i>Z</i><sub>2</sub> = <i>A</i><sub>1</sub> <i>W</i><sub>2</sub> + <i>b</i><sub>2</sub>, &nbsp; "
    "<i>P</i> = softmax(<i>Z</i><sub>2</sub>)",
)
LOSS = "<i>L</i> = −1/<i>n</i> Σ log <i>p</i>(label), the cross-entropy"
BACKWARD = (
    "d<i>Z</i><sub>2</sub> = (<i>P</i> − <i>T</i>)/<i>n</i>, &nbsp; "
    "d<i>W</i><sub>2</sub> = <i>A</i><sub>1</sub><sup>T</sup> d<i>Z</i><sub>2</sub>, &nbsp; "
    "d<i>b</i><sub>2</sub> = Σ d<i>Z</i><sub>2</sub>",
    "d<i>Z</i><sub>1</sub> = d<i>Z</i><sub>2</sub> <i>W</i><sub>2</sub><sup>T</sup> · [<i>Z</i><sub>1</sub> &gt; 0], "
    "&nbsp; d<i>W</i><sub>1</sub> = <i>X</i><sup>T</sup> d<i>Z</i><sub>1</sub>, &nbsp; "
    "d<i>b</i><sub>1</sub> = Σ d<i>Z</i><sub>1</sub>",
)
DESCENT = "<i>W</i> ← <i>W</i> − η d<i>W</i>, &nbsp; <i>b</i> ← <i>b</i> − η d<i>b</i>"
"""Of the images X (n, 784), one a row, and the labels as rows T of zeros with a one."""


def _full_batch(learning_rate: float, steps: int, seed: int = 0) -> TrainingConfig:
    """Gradient descent on all examples at once: a step is an epoch."""
    return TrainingConfig("sgd", learning_rate, batch_size=None, epochs=steps, seed=seed)


def _curve_network(*hidden: int) -> NetworkSpec:
    """From one number to one from 0 to 1, by ReLU layers whose weights begin small."""
    layers: list[LayerSpec] = []
    for units in hidden:
        layers += [Dense(units, "small_normal"), Activation("relu")]
    return NetworkSpec((1,), (*layers, Dense(1, "small_normal")), "sigmoid")


BASIC_ML = Recipe(
    "basic-ml",
    "Ten hidden units, by hand",
    "The smallest network that reads digits, and the plainest way to train it: all images at once, five hundred times.",
    NetworkSpec.dense((784, 10, 10), "relu", "uniform"),
    _full_batch(0.1, 500),
    Page(
        "A network small enough to work out on paper, without any library for learning: 784 pixels, ten hidden units, "
        "ten digits. It shows that back-propagation is four products of matrices, and no magic.",
        (*FORWARD, LOSS, *BACKWARD, DESCENT),
        (
            "The loss falls steeply for some fifty steps, then ever more slowly: without momentum or a schedule, plain "
            "descent creeps along the bottom of the valley.",
            "Training and validation curve lie on each other: 7,960 numbers cannot learn 19,000 images by heart.",
            "The weights begin between −0.5 and 0.5, which is wide for 784 inputs: the first loss is far above that of "
            "guessing, log 10 = 2.30.",
        ),
        "About 85 % of the test images. The notebook reported 81.1 % on its held-out images and 83.2 % on the test.",
        "A notebook that builds a network from scratch in NumPy on the first 20,000 training images of MNIST, "
        "the first 1,000 of which it holds out. Its bias gradients were summed over all units; here they are right.",
    ),
    validation_share=0,
    examples=DigitExamples(20_000, held_out=1000),
)

TWO_LAYER = Recipe(
    "two-layer",
    "A hundred steps",
    "The network of basic-ml on all 60,000 images, stopped after a hundred steps: how far does so little get?",
    NetworkSpec.dense((784, 10, 10), "relu", "uniform"),
    _full_batch(0.1, 100),
    Page(
        "The same 784-10-10, three times the data, a fifth of the steps. More images make each step better founded, "
        "but no longer: what counts here is how many steps are taken.",
        (*FORWARD, LOSS, *BACKWARD, DESCENT),
        (
            "The curve is cut off where it still falls. Train it again with 500 steps and compare.",
            "Different seeds end several points apart: so early, luck with the first weights still shows.",
            "Forget to divide the pixels by 255 and nothing is learnt at all: see the recipe pixels-0-255.",
        ),
        "62 to 65 % of the test images. The notebook reported 61.99 %.",
        "A notebook on a two-layer network in NumPy, trained on the whole of MNIST as a table of numbers.",
    ),
    validation_share=0,
)

NUMPYNET = Recipe(
    "numpynet",
    "A better start",
    "Sixty-four hidden units and weights that begin at the right size: the same plain descent reads 92 %.",
    NetworkSpec.dense((784, 64, 10), "relu", "he"),
    _full_batch(0.1, 500, seed=33),
    Page(
        "What a good start is worth. With He initialisation a signal keeps its size from layer to layer, so that the "
        "first step is already a useful one.",
        (
            "<i>W</i> ~ N(0, 2/inputs), &nbsp; <i>b</i> = 0",
            *FORWARD,
            LOSS,
            *BACKWARD,
            DESCENT,
        ),
        (
            "The first loss is near log 10 = 2.30, that of guessing, and falls at once; compare basic-ml.",
            "Loss and accuracy side by side: the loss goes on falling where the accuracy hardly moves.",
        ),
        "92.0 to 92.5 % of the test images, by the seed. The notebook reported 92.18 %, having divided the test's "
        "pixels by 225 instead of 255.",
        "A notebook that writes a network as a class in NumPy, seed 33. He initialisation: He, Zhang, Ren and Sun, "
        "“Delving Deep into Rectifiers”, ICCV 2015.",
    ),
    validation_share=0,
)

THREE_LAYER = Recipe(
    "three-layer",
    "Trained on and on",
    "Two hidden layers of ten, a learning rate of 1, and a run that is taken up again and again with a smaller one.",
    NetworkSpec.dense((784, 10, 10, 10), "relu", "uniform"),
    _full_batch(1.0, 500),
    Page(
        "How patience pays, and what it costs: the same network after 500 steps, 1,000, … 8,840. Each time the "
        "run goes on from where it stopped, with another learning rate if you wish. Each hidden layer may be "
        "ReLU or sigmoid.",
        (
            "<i>A</i><sub>1</sub> = <i>f</i>(<i>X W</i><sub>1</sub> + <i>b</i><sub>1</sub>), &nbsp; "
            "<i>A</i><sub>2</sub> = <i>g</i>(<i>A</i><sub>1</sub> <i>W</i><sub>2</sub> + <i>b</i><sub>2</sub>), &nbsp; "
            "<i>P</i> = softmax(<i>A</i><sub>2</sub> <i>W</i><sub>3</sub> + <i>b</i><sub>3</sub>)",
            "<i>f</i>, <i>g</i>: ReLU(<i>z</i>) = max(<i>z</i>, 0) &nbsp; or &nbsp; "
            "σ(<i>z</i>) = 1/(1 + e<sup>−<i>z</i></sup>), &nbsp; σ′ = σ(1 − σ)",
            LOSS,
            DESCENT,
        ),
        (
            "With rate 1 the loss jumps now and then: the step is longer than the valley is wide. Go on with 0.5 "
            "and the jumps cease.",
            "Each doubling of the steps brings less than the one before.",
            "With sigmoid in both layers the beginning is slow: see the recipe vanishing-sigmoid.",
        ),
        "85 to 91 % of the test images after 500 steps, by the seed. Trained on with rate 0.5, 92.2 % after 1,000 "
        "steps, 93.4 after 2,840 and 93.3 to 94.0 % from 6,840 on, with seed 0. The notebook reported 83.5 % after "
        "500, 87.6 after 1,000, 88.1 after 1,340, 90.0 after 2,840, 91.8 after 4,840, 92.5 after 6,840 and 92.3 % "
        "after 8,840.",
        "A notebook on a network of three layers in NumPy, on 59,000 training images; 1,000 are held out.",
    ),
    validation_share=0,
    examples=DigitExamples(60_000, held_out=1000),
)

SINE = Recipe(
    "sine",
    "Fitting a sine",
    "A network that learns a curve instead of digits: 500 points of a sine wave, one at a time.",
    _curve_network(10, 10),
    TrainingConfig("sgd", 0.01, batch_size=1, epochs=1000, loss="mean_squared_error"),
    Page(
        "A network is a function, and learning is bending it. With one number in and one out all of it can be drawn: "
        "every ReLU unit is a kink, and the sigmoid at the end rounds them off.",
        (
            "<i>y</i> = ½ (sin <i>x</i> + 1), &nbsp; −2π ≤ <i>x</i> ≤ 2π, &nbsp; "
            "<i>x</i> given as (<i>x</i> − mean)/(standard deviation)",
            "<i>p</i> = σ(ReLU(ReLU(<i>x W</i><sub>1</sub> + <i>b</i><sub>1</sub>) <i>W</i><sub>2</sub> + "
            "<i>b</i><sub>2</sub>) <i>W</i><sub>3</sub> + <i>b</i><sub>3</sub>)",
            "<i>L</i> = ½ (<i>p</i> − <i>y</i>)<sup>2</sup>, &nbsp; "
            "d<i>z</i><sub>3</sub> = (<i>p</i> − <i>y</i>) <i>p</i> (1 − <i>p</i>)",
            DESCENT + ", after each single point",
        ),
        (
            "First the network finds the mean, a flat line; then one slope, then one hill after the other.",
            "Long stretches where nothing seems to happen: small weights have small gradients, until a kink finds its "
            "place.",
            "The fits after 10, 50, 100, 500 and 1,000 epochs side by side.",
        ),
        "Loss 0.0625 in the first epoch, 0.0062 after 200, 0.0035 after 400, 0.0010 after 600, 0.0004 after 800 and "
        "0.0002 after 1,000: the means of ten seeds. The author reported 0.0624 at epoch 0, 0.0062 at 200, 0.0035 at "
        "400, 0.0009 at 600 and 0.0003 at 800. Of 100 seeds some 97 stay below twice these figures all the way; with "
        "the others a hill comes later.",
        "A script that fits a sine with a network in NumPy, a sample a step; its options were --layers 1 10 10 1 "
        "--learning_rate 0.01 --epochs 1000 --verbose_epoch 200.",
    ),
    validation_share=0,
    examples=CurveExamples("0.5 * (sin(x) + 1)"),
)

SEEDS = (BASIC_ML, TWO_LAYER, NUMPYNET, THREE_LAYER, SINE)
