"""Recipes of typical failures: each fails intentionally, and its page explains the symptoms and the remedy."""

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
    "The recipe “A hundred steps” with pixels from 0 to 255 instead of 0 to 1: the values in the first layer are far "
    "too large.",
    NetworkSpec(TWO_LAYER.spec.input_shape, (Scale(255.0), *TWO_LAYER.spec.layers)),
    TWO_LAYER.config,
    Page(
        "This is a common mistake in a first notebook. Everything else is the same, but the network learns nothing: "
        "inputs that are 255 times as large make the gradients of the first layer 255 times as large, and the first "
        "step moves the weights far away from useful values.",
        (r"$Z_1 = 255\,X W_1 + b_1$,   $dW_1 = 255\,X^\top\,dZ_1$",),
        (
            "The first loss is in the hundreds. After one or two steps every hidden unit is dead (dead units: 100 %), "
            "and the loss stays near log 10 = 2.30, that of random guessing.",
            "The original notebook stayed at 9.87 %. There the softmax also overflowed, because e⁷¹⁰ is too "
            "large for a floating-point number. Here the largest logit is subtracted first, so nothing overflows; the "
            "failure is otherwise the same.",
            "Remedy: divide the pixels by 255, or use a learning rate thousands of times smaller and train longer.",
        ),
        "About 10 % of the test images, as with random guessing. With pixels from 0 to 1 this is “A hundred steps”, "
        "52 to 69 %.",
        "A mistake that the notebook of “A hundred steps” demonstrates.",
    ),
    validation_fraction=0,
    examples=TWO_LAYER.examples,
    group="Failures worth seeing",
    result="10 %",
)

RATE_TOO_HIGH = Recipe(
    "rate-too-high",
    "A learning rate that is too high",
    "A good network with steps so long that each one goes beyond the minimum and increases the loss.",
    NetworkSpec.dense((784, 128, 64, 10), "tanh", "he"),
    TrainingConfig(optimizer="momentum", learning_rate=10.0, epochs=3),
    Page(
        "Gradient descent reduces the loss only if its steps are short enough. With longer steps, each one goes so far "
        "beyond the minimum that the loss is higher than before, and it grows without limit.",
        (
            r"$W \leftarrow W - \eta\,dW$",
            r"on $L = \frac{1}{2} c W^2$:   $W \leftarrow (1 - \eta c) W$,   which grows if $\eta > \frac{2}{c}$",
        ),
        (
            "The loss rises from the first steps, and the run stops with the weights of the last epoch without "
            "infinite values.",
            "Remedy: a learning rate of 0.1, a hundredth of this one. The button “Find” beside the learning rate "
            "searches for the rate at which the loss falls fastest.",
        ),
        "The run diverges in the first epoch. With a learning rate of 0.1 the same network reads 97 %.",
        "Goodfellow, Bengio and Courville, “Deep Learning”, section 4.3.",
    ),
    group="Failures worth seeing",
    result="diverges",
)

VANISHING = Recipe(
    "vanishing-sigmoid",
    "Sigmoids in a deep network",
    "Six hidden layers with sigmoids: the gradient gets smaller from layer to layer, so the first ones learn nothing.",
    NetworkSpec.dense((784, 64, 64, 64, 64, 64, 64, 10), "sigmoid", "he"),
    TrainingConfig(optimizer="sgd", learning_rate=0.1, epochs=3),
    Page(
        "For many years this problem kept deep networks from learning. The slope of a sigmoid is at most ¼, and "
        "back-propagation multiplies the slopes of all layers: almost nothing of the gradient reaches the first layer.",
        (
            r"$\sigma'(z) = \sigma(z) (1 - \sigma(z)) \le \frac{1}{4}$",
            r"six layers:   $\sigma'(z_1)\,\sigma'(z_2) \ldots \sigma'(z_6) \le \left(\frac{1}{4}\right)^6 "
            r"= \frac{1}{4096}$,   which larger weights compensate in part",
        ),
        (
            "The gradient norm gets smaller from layer to layer: in the first layer it is about 200 times smaller than "
            "in the last.",
            "The loss stays at log 10 = 2.30, that of random guessing.",
            "Remedy: ReLU, whose slope is 1 for positive inputs; or fewer layers; or batch normalization.",
        ),
        "10 to 11 % of the test images; with ReLU the same network reads 95 to 96 %.",
        "Hochreiter, 1991; Glorot and Bengio, “Understanding the difficulty of training deep feedforward neural "
        "networks”, AISTATS 2010.",
    ),
    group="Failures worth seeing",
    result="11 %",
)

ALL_ZERO = Recipe(
    "all-zero",
    "All weights zero",
    "Units that start with equal weights stay equal: a hidden layer of 128 units then works like a single one, or "
    "none.",
    NetworkSpec.dense((784, 128, 64, 10), "relu", "zeros"),
    TrainingConfig(optimizer="sgd", learning_rate=0.1, epochs=3),
    Page(
        "Units become different only because their initial weights are random. If all weights are equal, all gradients "
        "are equal too, so the weights stay equal. If they are zero, with ReLU, only the last bias has a gradient.",
        (r"$W = 0$   ⇒   $A = 0$   ⇒   $dW_3 = A_2^\top\,dZ_3 = 0$,   $dZ_2 = dZ_3\,W_3^\top = 0$",),
        (
            "The weight histograms stay a single bar at zero; only ten biases learn.",
            "The biases learn the frequency of each digit, so every prediction is 1, the most frequent digit.",
            "Remedy: random initial weights, such as He initialization for ReLU.",
        ),
        "11.35 % of the test images, the fraction of ones. With He initialization the same network reads 96 %.",
        "Goodfellow, Bengio and Courville, “Deep Learning”, section 8.4, on breaking symmetry.",
    ),
    group="Failures worth seeing",
    result="11 %",
)

DEAD_RELUS = Recipe(
    "dead-relus",
    "Dead ReLUs",
    "A step that is too long makes units output zero for every image; then they have no gradient and never recover.",
    NetworkSpec.dense((784, 128, 64, 10), "relu", "he"),
    TrainingConfig(optimizer="adam", learning_rate=0.1, epochs=3),
    Page(
        "If the input of a ReLU is negative for every image, its output is 0 and its slope is 0 too. So its weights "
        "get no gradient and cannot change. A long step at the beginning can do this to a whole layer.",
        (r"$\text{ReLU}'(z) = 0$ for $z < 0$   ⇒   $dW = 0$ in every step",),
        (
            "Dead units: after the first epoch nine of ten units in the hidden layers are dead, and they stay dead.",
            "The other units continue to learn. If a whole layer is dead, all predictions are the same.",
            "Remedy: a learning rate of 0.003 instead of 0.1, or leaky ReLU, whose slope is never 0.",
        ),
        "49 to 89 % of the test images with 12 seeds, half of them below 76 %. With a rate of 0.003 the same network "
        "reads 97 %.",
        "Maas, Hannun and Ng, “Rectifier nonlinearities improve neural network acoustic models”, ICML 2013.",
    ),
    group="Failures worth seeing",
    result="49 to 89 %",
)

OVERFITTING = Recipe(
    "overfitting",
    "Overfitting",
    "A network of 235,000 weights and 500 training images: it memorizes all of them, and reads other digits badly.",
    NetworkSpec.dense((784, 256, 128, 10)),
    TrainingConfig(learning_rate=0.001, batch_size=50, epochs=100),
    Page(
        "A network with many weights and few images can memorize them instead of learning what digits have in common. "
        "Digits that are not in the training set show the difference.",
        (
            r"gap = $L(\text{validation}) - L(\text{training})$",
            r"weight decay: $L + \frac{1}{2} \lambda \|W\|^2$",
        ),
        (
            "After about ten epochs all training images are read correctly and their loss goes towards zero, while the "
            "validation loss begins to rise.",
            "Remedy: above all more training images; then augmentation, dropout, weight decay or early stopping.",
        ),
        "100 % of the 500 training images, about 87 % of the test images; 95 to 96 % if augmentation distorts every "
        "image a little in each epoch.",
        "Goodfellow, Bengio and Courville, “Deep Learning”, section 5.2.",
    ),
    validation_fraction=0,
    examples=DigitExamples(1500, held_out=1000),
    group="Failures worth seeing",
    result="87 %",
)

FAILURES = (UNSCALED, RATE_TOO_HIGH, VANISHING, ALL_ZERO, DEAD_RELUS, OVERFITTING)
