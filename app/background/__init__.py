"""Background work: tasks, a throttle for requests, signals that end a program, and errors in methods that Qt calls.

`saver.py` saves soon after each change; `crash_trace.py` keeps the trace of a crash that Python cannot catch.
Read first: `task_queue.py`.
"""
