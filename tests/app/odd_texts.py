"""Texts that a user may type or paste into any field: each is read, or rejected with a SettingError."""

ODD_TEXTS = (
    "64 32", "1,2", "1;2", "64\t32", "conv8", "norm", "max2s1", "dropout0.3", "x", "5x", "3x3x3", ".", "-", "-1", "1e9",
    "1e999", "nan", "inf", "1_000", "1,000", "\u0663", "\u00b2", "\u00bd", "\u200b", "\0", "\u201c64\u201d", "None",
    "none", "True", "0x10", "9" * 5000, "1." + "0" * 5000, "0." + "0" * 400 + "1", "((((" * 500, "\U0001f58a", " ", "",
)  # fmt: skip
