"""The documentation: text in Markdown, and the scripts that draw the packages and build the pages."""
