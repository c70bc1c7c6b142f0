"""The window and the command line of Digit Lab, on top of nncore."""
