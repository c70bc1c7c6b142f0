"""The tab Evaluate: from a bad number to the very image that caused it."""
