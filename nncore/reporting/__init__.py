"""HTML pages, SVG charts and PNG images as text, for reports that open in any browser without internet.

It does not depend on neural networks. Read first: `html_page.py`.
"""
