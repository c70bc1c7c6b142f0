"""Files that come with the app; ATTRIBUTION.md says where they come from."""
