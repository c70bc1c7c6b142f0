"""What goes wrong in a training run, said in words, with a change of settings that helps.

Read first: `advice.py`.
"""
