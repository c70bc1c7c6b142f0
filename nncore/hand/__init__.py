"""The handwriting test: 20 digits asked for one by one, how a network reads them, and the files they are kept in.

writing asks, reading judges, kept and history hold tests on the disk, exchange brings them out and in.
"""
