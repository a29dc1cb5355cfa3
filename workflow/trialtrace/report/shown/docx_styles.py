"""Styles of a DOCX: whether letters are hidden or struck through by them."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RUN = f"{W}rPr"
HIDE = ("vanish", "strike", "dstrike")
OFF = ("0", "false", "off", "none", "nil", "")


class Styles:
    """Styles by their names, each with what it is based on."""

    def __init__(self, root: Element | None):
        every = [] if root is None else root.findall(f"{W}style")
        self._by_id = {style.get(f"{W}styleId", ""): style for style in every}
        self._usual = next(
            (
                style.get(f"{W}styleId", "")
                for style in every
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default", "0") not in OFF
            ),
            "",
        )
        self._default = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{RUN}")
        self._based: dict[tuple[str, str], list[Element]] = {}

    def hidden(self, run: Element | None, paragraph: Element | None) -> bool:
        """Whether a run of a paragraph is hidden or struck through, by itself or by a style."""
        names = _style(run, "rStyle"), _style(paragraph, "pStyle") or self._usual
        if names not in self._based:
            styled = (style.find(RUN) for name in names for style in self._chain(name))
            self._based[names] = [look for look in (*styled, self._default) if look is not None]
        looks = self._based[names] if run is None else [run, *self._based[names]]
        return any(_is_on(looks, name) for name in HIDE)

    def _chain(self, name: str) -> Iterator[Element]:
        """A style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while name in self._by_id and name not in seen:
            seen.add(name)
            yield self._by_id[name]
            name = value(self._by_id[name].find(f"{W}basedOn"))


def value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def _style(look: Element | None, name: str) -> str:
    return "" if look is None else value(look.find(f"{W}{name}"))


def _is_on(looks: list[Element], name: str) -> bool:
    """Whether the nearest that says it says yes; without a value it does."""
    nearest = next((each for look in looks if (each := look.find(f"{W}{name}")) is not None), None)
    return nearest is not None and nearest.get(f"{W}val", "on") not in OFF
