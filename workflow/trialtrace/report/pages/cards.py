"""Cards of the numbers of a report: what a reader sees of one beside it, before its trace.

A script of data for all pages of the report, read when the first card is opened; a file on disk
may load it where it may not fetch one. It says of a number what its page says, in the same words.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trialtrace.report.links import CARD_SCRIPT, CARDS, config_page, number_anchor
from trialtrace.report.pages.shell import write_data
from trialtrace.report.pages.trace_page import Trace
from trialtrace.report.render.house import SYNTHETIC, assets
from trialtrace.run.trace.text import entries, plan_lines

# The lines of a trace that a card has; the plan stands apart, since it is a link.
LABELS = ("value", "from", "n", "out of", "drawn", "method", "error", "warning", "check")
BETWEEN = ", "
# Shorter texts are not worth a place in the list of words.
REPEATED = 8
# A renderer may escape its quotes.
_POLICY = re.compile(r"(default-src (&#39;|')none\2;)")


@dataclass(frozen=True)
class Card:
    """A number in words; `lines` by label, `plan` is a text and its link."""

    heading: str
    subject: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    plan: tuple[str, str]

    def texts(self) -> Iterator[str]:
        """Whatever other cards may say too."""
        yield from self.subject
        for _, told in self.lines:
            yield from told


class Cards:
    """The cards of a report as they are collected."""

    def __init__(self, wanted: Iterable[str], *, synthetic: bool, lined: bool):
        """Only the numbers at the anchors `wanted` have a card; `lined` says that the plan has a
        page of its lines."""
        self._wanted = frozenset(wanted)
        self._stamp = SYNTHETIC if synthetic else ""
        self._lined = lined
        self._cards: dict[str, Card] = {}

    def add(self, trace: Trace) -> None:
        """The card of a number, if a page shows it."""
        anchor = number_anchor(trace["result_id"])
        if anchor in self._wanted:
            title = trace["method"]["title"]
            heading = trace["heading"].removesuffix(f" ({title})").removesuffix(f", {title}")
            subject = tuple(trace["subject"].split(BETWEEN))
            self._cards[anchor] = Card(heading, subject, tuple(_lines(trace)), self._plan(trace))

    def _plan(self, trace: Trace) -> tuple[str, str]:
        """The line of the plan in words, and the link to it."""
        (told,) = plan_lines(trace)
        name = Path(trace["plan"]["file"]).name
        page = config_page(name) if self._lined else f"config/{name}.txt"
        line = f"#L{trace['plan']['line']}" if self._lined and trace["plan"]["line"] else ""
        return told.replace(trace["plan"]["file"], name), f"{page}{line}"

    def write(self, folder: Path) -> None:
        """The script of the cards and their data, beside the pages of a report."""
        shutil.copyfile(assets() / CARD_SCRIPT, folder / CARD_SCRIPT)
        write_data(folder / CARDS, "trialtraceCards", self._data())

    def _data(self) -> dict[str, object]:
        """A card as [heading, subject, [[label, line, …], …], plan]. A number stands for a place in
        `labels`, `words` or `plans`; the subject is told in parts."""
        cards = self._cards.values()
        times = Counter(text for card in cards for text in card.texts())
        words = {text: None for text, n in times.items() if n > 1 and len(text) >= REPEATED}
        place = {text: at for at, text in enumerate(words)}
        plans = {plan: at for at, plan in enumerate(dict.fromkeys(card.plan for card in cards))}

        def coded(texts: Iterable[str]) -> list[int | str]:
            return [place.get(text, text) for text in texts]

        numbers = {
            anchor: [
                card.heading,
                coded(card.subject),
                [[LABELS.index(label), *coded(told)] for label, told in card.lines],
                plans[card.plan],
            ]
            for anchor, card in self._cards.items()
        }
        return {
            "stamp": self._stamp,
            "labels": LABELS,
            "words": list(words),
            "plans": list(plans),
            "numbers": numbers,
        }


def _lines(trace: Trace) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A label and its lines, in the order of the trace."""
    found: dict[str, list[str]] = {}
    label = ""
    for name, text in entries(trace, LABELS):
        label = name or label
        found.setdefault(label, []).append(text)
    return ((one, tuple(told)) for one, told in found.items())


def with_cards(page: str) -> str:
    """The page of a report with the script of the cards, which its policy then allows.

    Not as a part of the document: a renderer would look for the file.
    """
    script = f'<script src="{CARD_SCRIPT}" defer></script>\n</head>'
    allowed = _POLICY.sub(r"\1 script-src \2self\2 file:;", page, count=1)
    return allowed.replace("</head>", script, 1)
