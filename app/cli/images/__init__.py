"""The images that commands read, from files or from MNIST.

Read first: `image_files.py`.
"""
