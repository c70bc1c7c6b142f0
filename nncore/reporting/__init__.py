"""HTML pages, SVG charts and PNG pictures as text, for reports that open in any browser without a network.

Knows nothing of networks. Read first: `html_page.py`.
"""
