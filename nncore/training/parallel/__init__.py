"""A helper process that computes the second half of each large batch; the results are the same to the last bit.

Read first: `batch_gradients.py`.
"""
