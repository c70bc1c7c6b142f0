"""Sweeps: the same run with several values of some settings, in worker processes or on a cluster."""

from nncore.sweep.grid import MOST_JOBS, SweepJob, check_jobs, grid
from nncore.sweep.job import SweepProgress, SweepResult
from nncore.sweep.log import SweepRuns
from nncore.sweep.processes import run_sweep

__all__ = ["MOST_JOBS", "SweepJob", "SweepProgress", "SweepResult", "SweepRuns", "check_jobs", "grid", "run_sweep"]
