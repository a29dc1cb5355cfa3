"""`trialtrace report NAME --sentences ANALYSIS`: what a run says of an analysis as Markdown whose
numbers are calls, to paste in place of the chunk and to reword."""

import json
import re
from html import unescape

from trialtrace.report.cells import Cells
from trialtrace.report.links import trace_link
from trialtrace.run.trace.short_id import short_id

_LINK = re.compile(r"\[([^\[\]]*)\]\((trace/[^#()]+#([a-z2-7]+)(?:/([a-z-]+))?)\)")
# References to characters that mean nothing to Markdown within a line, but for a bracket that would
# make what stands before it a link.
_PLAIN = re.compile(r"(?<!^)(?<!\])&#(37|40|41|43|45|46|58|61);", re.MULTILINE)


def pasted(cells: Cells, analysis: str) -> str:
    """The sentences of an analysis with `number("…")` in place of each number that is a link.

    Raises UserError with the nearest names for no analysis.
    """
    text = cells.text("sentences", analysis)
    results = {short_id(name): name for name in cells.material.tracer.results}

    def call(match: re.Match[str]) -> str:
        result_id, part = results[match[3]], match[4] or ""
        assert match[2] == trace_link(result_id, part)
        words = [result_id, unescape(match[1]), *([part] if part else [])]
        if not part and words[1] == cells.row(result_id)["stat_text"]:
            del words[1]
        told = ", ".join(json.dumps(one, ensure_ascii=False) for one in words)
        return f"`{{python}} number({told})`"

    readable = _PLAIN.sub(lambda match: chr(int(match[1])), _LINK.sub(call, text))
    return readable.strip() + "\n"
