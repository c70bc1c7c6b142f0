"""The HTML page around a report, with one style sheet for light and dark screens and for print. Needs no internet."""

from __future__ import annotations

from html import escape

PAGE_STYLE = """
:root { --page: #F4F5F7; --card: #FFFFFF; --line: #DDE0E5; --text: #1B1F27; --quiet: #5A6270;
  --s0: #0072B2; --s1: #E69F00; --s2: #009E73; --s3: #D55E00; --s4: #CC79A7; --s5: #56B4E9; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --page: #16181D; --card: #1F2229; --line: #31353F; --text: #E8EAEE;
  --quiet: #A0A7B4; --s0: #56B4E9; --s2: #22B88E; --s3: #F0803C; --s5: #8FD0F5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1000px; background: var(--page); color: var(--text);
  font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 8px; }
h3 { font-size: 15px; margin: 16px 0 4px; }
h1, h2, p, li { overflow-wrap: anywhere; } td, th { overflow-wrap: break-word; }
.quiet, figcaption, .legend, summary { color: var(--quiet); font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 16px 0;
  overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:last-child > * { border-bottom: none; }
thead th { color: var(--quiet); font-size: 13px; font-weight: 500; }
tbody th { font-weight: 500; } .number { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.confusion { width: auto; } .confusion td, .confusion th { text-align: right; padding: 2px 8px; border: none; }
.confusion .hit { font-weight: 600; } .confusion .miss { color: var(--s3); font-weight: 600; }
.note { white-space: pre-wrap; }
.chart { width: 100%; height: auto; display: block; } .chart text { fill: var(--quiet); font-size: 12px; }
.grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; } .faint { opacity: 0.35; stroke-width: 1; }
.key { width: 28px; height: 10px; margin-right: 8px; vertical-align: middle; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 8px 0 0; padding: 0; }
.c0 { stroke: var(--s0); } .c1 { stroke: var(--s1); } .c2 { stroke: var(--s2); } .c3 { stroke: var(--s3); }
.c4 { stroke: var(--s4); } .c5 { stroke: var(--s5); }
circle.c0 { fill: var(--s0); } circle.c1 { fill: var(--s1); } circle.c2 { fill: var(--s2); }
circle.c3 { fill: var(--s3); } circle.c4 { fill: var(--s4); } circle.c5 { fill: var(--s5); }
.d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 9 3 2 3; }
.d4 { stroke-dasharray: 12 5; } .d5 { stroke-dasharray: 4 2 1 2; }
@media print { :root { --page: #FFFFFF; --card: #FFFFFF; --text: #000000; --quiet: #444444; --line: #CCCCCC;
  --s0: #0072B2; --s2: #009E73; --s3: #D55E00; --s5: #56B4E9; }
  body { padding: 0; max-width: none; font-size: 11pt; } .card { break-inside: avoid; border-radius: 0; } }
"""


def html_page(title: str, body: str, style: str = "") -> str:
    """Return a complete HTML page. title: plain text; body: HTML; style: CSS in addition to PAGE_STYLE.

    Its content security policy forbids a browser to load other files and to run scripts.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{PAGE_STYLE}{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )
