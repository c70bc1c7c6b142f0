"""Work on threads: a queue of background tasks, and a throttle that folds requests within one frame.

Read first: `task_queue.py`.
"""
