"""Files that come with the app; each folder says where its files come from."""
