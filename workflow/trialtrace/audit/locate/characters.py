"""Characters of print: ligatures, spaces, dashes, decimal signs and footnote marks made plain.

`tidy` keeps what a reader sees; `plain` writes numbers as a ledger holds them: decimals with a
point, a minus as "-", a range as "to".
"""

import re
import unicodedata
from collections.abc import Iterable

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SPACES = (
    "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_NOTHING = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_TIDY = str.maketrans(
    _LIGATURES | dict.fromkeys(_NOTHING, "") | {"⩽": "≤", "⩾": "≥", "≦": "≤", "≧": "≥"}
)
# Hyphen-minus, hyphens, figure dash, en and em dash, minus, small and fullwidth hyphen;
# and the sign between the ends of a range in Polish print.
_DASH = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d÷"
_POINTS = "·∙⋅‧•"
# Three digits behind a point, of which one of thousands is possible.
_THOUSANDS = r"(?<![0-9.,])[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![0-9]|\.[0-9])"
MARKS = "*†‡§¶#‖⌘"
_SUPER = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(f"{_RAISED}⁻", "0123456789-")
_SQUARED = re.compile(r"(?:[χXxRrη]|m|cm|mm|km|s|ft|in)$")


def tidy(text: str) -> str:
    """Text in one line with ligatures taken apart, and each space an ordinary one."""
    text = "".join(
        str(unicodedata.decimal(sign)) if sign > "\x7f" and sign.isdecimal() else sign
        for sign in text.translate(_TIDY)
    )
    thousands = re.sub(rf"(?<=[0-9])[{_SPACES}](?=[0-9]{{3}}(?![0-9]))", ",", text)
    powers = re.sub(
        rf"(?<![0-9.])10(⁻[{_RAISED}]+|(?!¹(?![{_RAISED}]))[{_RAISED}]+)",
        lambda m: f"10^{m[1].translate(_PLAIN)}",
        thousands,
    )
    # A raised digit behind another number, or a letter, is a footnote's.
    marked = re.sub(rf"(?<=[0-9])[{_RAISED}]+(?![{_RAISED}⁻])", "", powers)
    marked = re.sub(rf"(?<=[0-9)\]%])[ᵃ-ᵍᶜ{_RAISED}]+(?=$|[\s,;)\]])", "", marked)
    return " ".join(marked.split())


def superscript(before: str, raised: str) -> str:
    """What a raised text becomes: a square, a power of ten, or nothing where it is a mark."""
    if re.fullmatch(r"[-−]?[0-9]{1,2}", raised):
        if raised != "1" and re.search(r"(?:^|[^0-9.])10$", before.rstrip()):
            return f"^{raised}"
        if raised in "23" and _SQUARED.search(before):
            return raised.translate(_SUPER)
    if re.fullmatch(r"(?:st|nd|rd|th)", raised):
        return raised
    return ""


def decimal_commas(texts: Iterable[str]) -> bool:
    """Whether numbers of these texts have their decimals behind a comma."""
    commas = points = 0
    for text in texts:
        commas += len(re.findall(r"(?<![0-9,])[0-9]+,[0-9]{1,2}(?![0-9,])", text))
        commas += len(re.findall(r"(?<![0-9])0,[0-9]{3}(?![0-9])", text))
        points += len(re.findall(rf"[0-9][.{_POINTS}][0-9]", text))
        points -= len(re.findall(_THOUSANDS, text))
    return commas > points


def plain(text: str, *, commas: bool = False) -> str:
    """Tidy text as a ledger prints numbers; `commas` says that they are decimal signs."""
    text = re.sub(rf"(?<=[0-9])[{_POINTS}](?=[0-9])|(?<![0-9])[{_POINTS}](?=[0-9])", ".", text)
    # "0,1 (SD 0.4)", and an "l" for the "I" of "95% CI".
    text = re.sub(r"(?<![\w.,-])0,(?=[0-9]+\s?[(\[±%])", "0.", text)
    text = re.sub(r"(?<=9[059]% C)l(?!\w)", "I", text)
    if commas:
        parts = re.split(f"({_THOUSANDS})", text)
        parts[1::2] = [part.replace(".", "\x00") for part in parts[1::2]]
        text = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", "".join(parts)).replace("\x00", ",")
    # A dash behind a number parts a range; any other one before a number is its sign.
    ranged = rf"(?<=[0-9%])\s*[{_DASH}]\s*(?=[<>≤≥]?\s*[{_DASH}+]?\s*\.?[0-9])"
    tight = re.sub(rf"(?<=[0-9]) [{_DASH}](?=\.?[0-9])", " -", text)
    text = re.sub(ranged, lambda m: m.group() if m.group() == " -" else " to ", tight)
    text = re.sub(rf"[{_DASH}]\s?(?=\.?[0-9])", "-", text)
    return text


def unmarked(text: str) -> str:
    """A cell without the footnote marks before or behind its number or word."""
    bare = re.sub(rf"^[{re.escape(MARKS)}|]+\s*(?=[-−–<>=]?\s?[0-9])", "", text)
    bare = re.sub(rf"\s*[{re.escape(MARKS)}]+$", "", bare)
    bare = re.sub(rf"(?<=[0-9)%])[{re.escape(MARKS)}]+", "", bare)
    bare = re.sub(rf"(?<=[0-9])\s[{re.escape(MARKS)}]+\s*(?=[(\[])", " ", bare)
    # "a", "a,b", "a b", "ab", "(a)" and "&" behind a number.
    letters = r"[a-hªα-λν-ω](?:\s?,\s?[a-h]|\s[a-h])*|(?=[a-e]{2})a?b?c?d?e?"
    return re.sub(rf"(?<=[0-9)%\]])\s?(?:{letters}|[(\[](?:{letters})[)\]]|&)$", "", bare)
