"""Access to the system: cores, BLAS threads, free memory, modes of NumPy, and atomic writes of files.

It does not depend on networks. Read first: `blas_threads.py`.
"""
