"""Background work: tasks, a throttle for requests, signals that end a program, and errors in methods that Qt calls.

Read first: `task_queue.py`.
"""
