"""Work on threads: a queue of background tasks, and a throttle that combines frequent requests.

Read first: `task_queue.py`.
"""
