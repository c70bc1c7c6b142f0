"""What the computer offers: cores, BLAS threads, free memory, NumPy's modes, and files written safely.

Knows nothing of networks. Read first: `blas_threads.py`.
"""
