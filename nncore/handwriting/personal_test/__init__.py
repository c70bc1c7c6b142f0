"""The handwriting test: a person writes 20 requested digits, a network reads them, and files store the result.

`jsonl_file` and `history` store tests on disk; `import_export` exchanges them. Read first: `handwriting_test.py`.
"""
