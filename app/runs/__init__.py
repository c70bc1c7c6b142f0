"""The Runs tab: every run so far, to sort, compare, repeat, go on with and export."""
