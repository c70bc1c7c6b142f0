"""The Train tab: settings at the left, live curves at the right."""
