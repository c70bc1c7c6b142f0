"""Find the fastest schedule to an accuracy: `python -m tests.bench.tuning FRAMEWORK NETWORK PERCENT`.

It tries each plan of a grid with SEEDS seeds and prints the plans that reached the accuracy with every seed, fewest
epochs first. It counts epochs, not seconds: an epoch costs the same with every schedule, and the count does not depend
on the load of the machine. The results are written beside `accuracy.PLANS`.
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
"""Numbers of epochs of the plans."""


def found(framework: str, network: str, percent: int) -> list[tuple[float, Plan]]:
    """Return the mean epochs of each plan that reached the accuracy with every seed, fewest first."""
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
                break  # a plan that failed once is not tried again
        means[plan] = mean(epochs)
    return sorted((epochs, plan) for plan, epochs in means.items() if epochs <= plan.epochs)


if __name__ == "__main__":
    framework, network, percent = sys.argv[1:]
    for epochs, plan in found(framework, network, int(percent)):
        print(f"{epochs:.2f} epochs: {plan}")
