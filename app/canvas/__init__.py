"""The canvas: what a mouse, a pen or a finger writes on it, kept as strokes."""
