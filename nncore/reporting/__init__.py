"""HTML pages, SVG charts, PNG images and numbers as text, for reports that open in any browser without internet.

It does not depend on neural networks. Read first: `html_page.py`.
"""
