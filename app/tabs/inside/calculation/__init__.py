"""How the network computes one number: its sum term by term, with pictures, steps, softmax and the lines of Python.

`number_picture.py` draws numbers as a picture, `sum_pictures.py` the pictures of one calculation; `calculation_rows.py`
has the rows of the table, `calculation_table.py` shows them.

Read first: `calculation_panel.py`.
"""
