"""What words say on significance: "significantly lower", "no significant difference"."""

import re

SAID = re.compile(r"\b(?:non[\s-]?)?significan(?:t|tly|ce)\b", re.IGNORECASE)
DENIED = re.compile(
    r"\b(?:no|not|without|neither|nor|never|lack\w*)\b|n't\b|\bnon[\s-]?signif|\binsignif",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"\b(?:clinical\w*|practical\w*|borderline|nearly|almost|trend)\b", re.IGNORECASE
)


def significant(text: str) -> bool:
    """Whether words say that a difference is significant by a test."""
    return SAID.search(text) is not None and not DENIED.search(text) and not OTHER.search(text)
