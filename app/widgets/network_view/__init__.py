"""A network drawn while it computes: every layer with its numbers as brightness, and the shape of what flows between.

`drawn_layer.py` says what of a layer is drawn, `geometry.py` where, `value_images.py` in which colours.

Read first: `network_view.py`.
"""
