"""Where names of code may end a line of a page."""

from __future__ import annotations

import re

# Code within a line; what stands in <pre> keeps its lines.
_CODE = re.compile(r"(?<!<pre>)<code>[^<]*</code>")
_JOINT = re.compile(r"(?<=\w)([_.]+)(?=\w)")


def breakable(page: str) -> str:
    """A page of HTML whose names of code may end a line after an underscore or a dot."""
    return _CODE.sub(lambda found: _JOINT.sub(r"\1<wbr>", found[0]), page)
