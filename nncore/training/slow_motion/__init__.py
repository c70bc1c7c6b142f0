"""One training step, stage by stage, with all its numbers; and a check of its gradients, right and broken.

`broken_backward.py` has the wrong backward passes that the check finds.

Read first: `recorded_step.py`.
"""
