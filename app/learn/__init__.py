"""The Learn tab: one widget a file."""
