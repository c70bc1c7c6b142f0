"""Access to the system: cores, BLAS threads, free memory, modes of NumPy, and atomic writes of files.

Also locks between processes, temporary folders, the limits of all readers of files, and rules for copies of objects. It
does not depend on networks. Read first: `blas_threads.py`.
"""
