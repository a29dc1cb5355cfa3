"""The one way by which a value from data or configuration goes into markdown."""

import re
from html import unescape

# Every ASCII punctuation mark that any markdown construct could start with. The comma, the
# semicolon and the slash start none. Character references and not backslashes: they hold inside
# pipe tables, link texts, captions and attribute values alike, and no preprocessor of Quarto
# (inline code, shortcodes, the search for unresolved references) sees a character it acts on.
_SPECIAL = re.compile(r"""[!"#$%&'()*+:<=>?@\[\\\]^_`{|}~-]|(?<!\d)\.|\.(?!\d)""")
_SPACE = re.compile("[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
# Control characters cannot stand in a DOCX; bidirectional overrides would let a value show
# itself in another order than it is stored; lone surrogates cannot be encoded.
_REFUSED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufeff]"
)


def escape_markdown(text: object) -> str:
    """`text` as one line of markdown that shows exactly its characters and does nothing else.

    White space is collapsed, as markdown does; characters that must not be shown become U+FFFD.
    """
    line = _SPACE.sub(" ", str(text)).strip(" ")
    line = _REFUSED.sub("\ufffd", line)
    return _SPECIAL.sub(lambda match: f"&#{ord(match.group())};", line)


def without_links(markdown: str) -> str:
    """What a reader sees of a line of Markdown that has links and escaped text."""
    return unescape(_LINK.sub(r"\1", markdown))
