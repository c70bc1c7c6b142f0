"""The classic failures: each goes wrong on purpose, and the page says how to see it and what helps."""

from __future__ import annotations

from nncore.experiments.recipes.examples import DigitExamples
from nncore.experiments.recipes.notebooks import TWO_LAYER
from nncore.experiments.recipes.page import Page
from nncore.experiments.recipes.recipe import Recipe
from nncore.model.layers import Scale
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig

UNSCALED = Recipe(
    "pixels-0-255",
    "Pixels not divided by 255",
    "The recipe two-layer with pixels from 0 to 255 instead of 0 to 1: the first layer's numbers are far too large.",
    NetworkSpec(TWO_LAYER.spec.input_shape, (Scale(255.0), *TWO_LAYER.spec.layers)),
    TWO_LAYER.config,
    Page(
        "The commonest slip of a first notebook. Nothing else is changed, and nothing is learnt: inputs 255 times as "
        "large make the gradients of the first layer 255 times as large too, and the first step throws the weights out "
        "of reach.",
        (
            "<i>Z</i><sub>1</sub> = 255 <i>X W</i><sub>1</sub> + <i>b</i><sub>1</sub>, &nbsp; "
            "d<i>W</i><sub>1</sub> = 255 <i>X</i><sup>T</sup> d<i>Z</i><sub>1</sub>",
        ),
        (
            "The first loss is in the hundreds. After one or two steps every hidden unit is silent (dead units: 100 %) "
            "and the loss stands still near log 10 = 2.30, that of guessing.",
            "The notebook it is taken from stayed at 9.87 %: there the softmax overflowed as well, "
            "e<sup>710</sup> being more than a float can hold. Here the largest logit is taken off first, so "
            "nothing overflows; the rest of the failure remains.",
            "Remedy: divide by 255, or choose a learning rate thousands of times smaller and wait.",
        ),
        "About 10 % of the test images: guessing. With pixels from 0 to 1 it is the recipe two-layer, 61 to 64 %.",
        "A slip that the notebook of two-layer shows on purpose.",
    ),
    validation_share=0,
    examples=TWO_LAYER.examples,
)

RATE_TOO_HIGH = Recipe(
    "rate-too-high",
    "A learning rate that is too high",
    "A good network, and steps so long that each one lands higher on the other side of the valley.",
    NetworkSpec.dense((784, 128, 64, 10), "tanh", "he"),
    TrainingConfig("momentum", 10.0, epochs=3),
    Page(
        "Descent only goes down if the step is shorter than the valley is wide. Beyond that each step lands "
        "higher than the last one, and the loss grows without end.",
        (
            "<i>W</i> ← <i>W</i> − η d<i>W</i>",
            "on <i>L</i> = ½ <i>c W</i><sup>2</sup>: &nbsp; <i>W</i> ← (1 − η <i>c</i>) <i>W</i>, &nbsp; "
            "which grows as soon as η &gt; 2/<i>c</i>",
        ),
        (
            "The loss rises from the first steps, and the run is ended with the weights of its last sound epoch.",
            "Remedy: a rate of 0.1, a hundredth of this one; “Find”, beside the rate, looks for the one where the loss "
            "falls fastest.",
        ),
        "Diverges in the first epoch; with a rate of 0.1 the same network reads 97 %.",
        "Goodfellow, Bengio and Courville, “Deep Learning”, section 4.3.",
    ),
)

VANISHING = Recipe(
    "vanishing-sigmoid",
    "Sigmoids in a deep network",
    "Six hidden layers of sigmoids: the gradient shrinks from layer to layer until the first ones learn nothing.",
    NetworkSpec.dense((784, 64, 64, 64, 64, 64, 64, 10), "sigmoid", "he"),
    TrainingConfig("sgd", 0.1, epochs=3),
    Page(
        "Why deep networks were thought to be impossible. A sigmoid's slope is at most ¼, and going back through the "
        "layers multiplies those slopes: of the gradient at the end next to nothing reaches the beginning.",
        (
            "σ′(<i>z</i>) = σ(<i>z</i>)(1 − σ(<i>z</i>)) ≤ ¼",
            "six layers: &nbsp; σ′(<i>z</i><sub>1</sub>) σ′(<i>z</i><sub>2</sub>) … σ′(<i>z</i><sub>6</sub>) ≤ "
            "(¼)<sup>6</sup> = 1/4096, &nbsp; of which larger weights make up for a part",
        ),
        (
            "Gradient norm of each layer: a staircase, the first layer's some two hundred times shorter than the last "
            "one's.",
            "The loss lies at log 10 = 2.30, that of guessing.",
            "Remedy: ReLU, whose slope is 1; or fewer layers; or batch normalisation.",
        ),
        "10 to 11 % of the test images; with ReLU the same network reads 95 to 96 %.",
        "Hochreiter, 1991; Glorot and Bengio, “Understanding the difficulty of training deep feedforward neural "
        "networks”, AISTATS 2010.",
    ),
)

ALL_ZERO = Recipe(
    "all-zero",
    "All weights zero",
    "Weights that begin alike stay alike: a hidden layer of 128 is then one unit, or none.",
    NetworkSpec.dense((784, 128, 64, 10), "relu", "zeros"),
    TrainingConfig("sgd", 0.1, epochs=3),
    Page(
        "Chance is what tells units apart. If all weights are the same, all gradients are the same, and so they "
        "remain; if they are zero, with ReLU, there is no gradient at all but that of the last bias.",
        (
            "<i>W</i> = 0 &nbsp; ⇒ &nbsp; <i>A</i> = 0 &nbsp; ⇒ &nbsp; d<i>W</i><sub>3</sub> = "
            "<i>A</i><sub>2</sub><sup>T</sup> d<i>Z</i><sub>3</sub> = 0, &nbsp; "
            "d<i>Z</i><sub>2</sub> = d<i>Z</i><sub>3</sub> <i>W</i><sub>3</sub><sup>T</sup> = 0",
        ),
        (
            "The weight histograms are a single bar at zero, and stay so; only ten biases learn.",
            "They learn how frequent each digit is: every answer is 1, the most frequent one.",
            "Remedy: any random start, He's for ReLU.",
        ),
        "11.35 % of the test images, the share of ones; with He's random weights the same network reads 96 %.",
        "Goodfellow, Bengio and Courville, “Deep Learning”, section 8.4, on breaking symmetry.",
    ),
)

DEAD_RELUS = Recipe(
    "dead-relus",
    "Dead ReLUs",
    "One step that is too long pushes units to where they give zero for every image; no gradient brings them back.",
    NetworkSpec.dense((784, 128, 64, 10), "relu", "he"),
    TrainingConfig("adam", 0.1, epochs=3),
    Page(
        "A ReLU that is negative for every image gives 0, and its slope there is 0 too: it has no way to learn of its "
        "mistake. A long step at the beginning can do that to a whole layer.",
        ("ReLU′(<i>z</i>) = 0 for <i>z</i> &lt; 0 &nbsp; ⇒ &nbsp; d<i>W</i> = 0, for ever",),
        (
            "Dead units: nine of ten in the hidden layers after the first epoch, and they stay dead.",
            "The few that live go on learning; if a whole layer dies, all answers are the same.",
            "Remedy: a rate of 0.003 instead of 0.1, or leaky ReLU, whose slope is never 0.",
        ),
        "50 to 70 % of the test images, by luck; with a rate of 0.003 the same network reads 97 %.",
        "Maas, Hannun and Ng, “Rectifier nonlinearities improve neural network acoustic models”, ICML 2013.",
    ),
)

OVERFITTING = Recipe(
    "overfitting",
    "Learnt by heart",
    "A network of 235,000 weights and 500 digits: it learns every one of them by heart, and reads others badly.",
    NetworkSpec.dense((784, 256, 128, 10)),
    TrainingConfig(learning_rate=0.001, batch_size=50, epochs=100),
    Page(
        "With more weights than pixels to explain, a network can remember instead of understanding. What gives it away "
        "are digits that it has not seen.",
        (
            "gap = <i>L</i>(validation) − <i>L</i>(training)",
            "weight decay: <i>L</i> + ½ λ ‖<i>W</i>‖<sup>2</sup>",
        ),
        (
            "After some ten epochs all training digits are right and their loss goes on towards zero, while the "
            "loss on those held out turns and rises.",
            "Remedy: more digits above all; then augmentation, dropout, weight decay, early stopping. Try each.",
        ),
        "100 % of the 500 training images, about 87 % of the test images; 95 to 96 % where every image is distorted a "
        "little anew in each epoch.",
        "Goodfellow, Bengio and Courville, “Deep Learning”, section 5.2.",
    ),
    validation_share=0,
    examples=DigitExamples(1500, held_out=1000),
)

FAILURES = (UNSCALED, RATE_TOO_HIGH, VANISHING, ALL_ZERO, DEAD_RELUS, OVERFITTING)
