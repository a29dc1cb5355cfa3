"""Text that tries to be more than text: HTML, Markdown, mathematics, shortcodes."""

import re

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a | b",
    "[x](javascript:alert(1))",
    "`rm` ``",
    "$x$ $\\frac{",
    "{{< include /etc/passwd >}}",
    "*_^~@tbl-claims",
)
HOSTILE = " ".join(PAYLOADS)
# Within a choice of the dictionary, where | separates the choices.
LEVEL = "North <img src=x onerror=alert(1)> `x` [y](javascript:z)"
_WORDS = re.compile(r"\b((?:event_|censored_)?label|title|question|summary|event): ([A-Z][a-z ?]+)")


def hostile_words(text: str) -> str:
    """The configuration with a payload behind every label and title."""
    quoted = HOSTILE.replace("'", "''")
    return _WORDS.sub(lambda found: f"{found[1]}: '{found[2]} {quoted}'", text)
