"""Test statistics in sentences, as statcheck reads them: F, t, χ², r, z, Q with degrees and p."""

import re
from collections.abc import Iterator

_NUMBER = r"[-−–+]?\s?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?\s?(?:[.·]\s?[0-9]+|(?<=[0-9]))"
_P = (
    r"[pP](?:[\s-]?values?)?\s*(?:[=<>≤≥]\s*[-−–]?\s?(?:[0-9]+\s?(?:[.,·]\s?[0-9]+)?|[.·]\s?[0-9]+)"
    r"(?:\s*[×x]\s*10\s*\^?\s*[-−–]?\s?[0-9]+|[eE][-−–]?[0-9]+)?)|[nN]\.?\s?[sS]\.?(?![A-Za-z])"
)
_DEGREES = r"\(\s*(?:df\s*=\s*)?[0-9][0-9.,\s]*(?:,\s*[Nn]\s*=\s*[0-9,]+)?\)"
_SYMBOL = r"(?:F|t|z|Z|r|Q|χ\s?²|[xX]²|[Cc]hi[\s-]?squared?)"
TEST = re.compile(rf"(?<![\w²])(?:{_SYMBOL}\s*{_DEGREES}|[zZ])\s*=\s*{_NUMBER}\s*[,;]\s*(?:{_P})")


def tests(sentence: str) -> Iterator[str]:
    """The words of each complete test of a sentence, verbatim."""
    for match in TEST.finditer(sentence):
        yield match.group()


CORRECTIONS = {
    "greenhouse_geisser": re.compile(r"Greenhouse\s?[-–—]\s?Geisser", re.IGNORECASE),
    "huynh_feldt": re.compile(r"Huynh\s?[-–—]\s?Feldt", re.IGNORECASE),
}


def correction_in(text: str) -> tuple[str, str] | None:
    """(name, words) of the correction of degrees of freedom that a text names."""
    for name, pattern in CORRECTIONS.items():
        if match := pattern.search(text):
            return name, match.group()
    return None
