"""Widgets and forms that several tabs are made of: no tab needs another one for them."""
