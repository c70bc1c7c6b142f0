"""Background work: a queue of tasks, a throttle for frequent requests, and the signals that end a program.

Read first: `task_queue.py`.
"""
