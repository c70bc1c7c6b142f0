"""The tab My hand: a handwriting test, its result, and the tests so far."""
