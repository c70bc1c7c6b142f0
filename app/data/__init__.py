"""The Data tab: what is in the set that networks learn from, and where it comes from."""
