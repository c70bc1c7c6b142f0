"""Which schedule brings a network to an accuracy soonest: `python -m tests.bench.tuning FRAMEWORK NETWORK PERCENT`.

It tries each plan of a grid with SEEDS seeds and prints those that got there with every seed, the fewest epochs first.
Epochs, not seconds: within a framework each costs the same whatever the schedule, and they do not depend on how busy
the machine is. What was found is written beside `accuracy.PLANS`.
"""

from __future__ import annotations

import sys
from itertools import product
from statistics import mean

from tqdm import tqdm

from tests.bench.accuracy import Plan, nncore_run, torch_run
from tests.bench.frameworks import threads_tried

SEEDS = 3
SCHEDULES = ("one_cycle", "cosine", "constant")
RATES = (0.002, 0.003, 0.005, 0.008)
EPOCHS = {
    ("dense", 97): (1, 2, 3),
    ("dense", 98): (3, 4, 5, 6),
    ("conv", 97): (1,),
    ("conv", 98): (1, 2),
    ("conv", 99): (6, 8, 10),
}
"""Over how many epochs the plans run."""


def found(framework: str, network: str, percent: int) -> list[tuple[float, Plan]]:
    """Mean epochs until there of each plan that always got there, fewest first."""
    plans = [Plan(*each) for each in product(SCHEDULES, RATES, EPOCHS[network, percent])]
    means = {}
    for plan in tqdm(plans, disable=None):
        epochs = []
        for seed in range(SEEDS):
            if framework == "nncore":
                run = nncore_run(network, percent, plan, seed)
            else:
                run = torch_run(network, percent, plan, seed, "fused", threads_tried()[0])
            epochs.append(run.epochs)
            if run.epochs > plan.epochs:
                break  # one that is not reliable need not be tried again
        means[plan] = mean(epochs)
    return sorted((epochs, plan) for plan, epochs in means.items() if epochs <= plan.epochs)


if __name__ == "__main__":
    framework, network, percent = sys.argv[1:]
    for epochs, plan in found(framework, network, int(percent)):
        print(f"{epochs:.2f} epochs: {plan}")
