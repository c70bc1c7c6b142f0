"""Background work: a queue of tasks, a throttle for frequent requests, the signals that end a program, and a guard.

Read first: `task_queue.py`.
"""
