"""The Inside tab: a network while it computes, number by number, for a drawing or an image.

`number_panel.py` is the base of the panels in the details area, each of which explains the chosen number.

Read first: `inside_tab.py`.
"""
