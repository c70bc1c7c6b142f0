"""Sweeps: one run for each combination of some settings, in worker processes or on a cluster.

Read first: `grid.py`.
"""

from nncore.experiments.sweep.grid import MAX_JOBS, SweepJob, check_jobs, grid
from nncore.experiments.sweep.job import SweepProgress, SweepResult
from nncore.experiments.sweep.processes import run_sweep

__all__ = ["MAX_JOBS", "SweepJob", "SweepProgress", "SweepResult", "check_jobs", "grid", "run_sweep"]
