"""The handwriting test: 20 digits asked for one by one, how a network reads them, and the files that keep them.

`jsonl_file` and `history` keep tests on disk, `import_export` exchanges them. Read first: `writing_test.py`.
"""
