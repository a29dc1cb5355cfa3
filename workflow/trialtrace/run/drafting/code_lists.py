"""Lists of the codes of one column with what they mean, which are no tables of patients."""

from collections.abc import Collection, Mapping, Sequence

from trialtrace.run.drafting.codebook import (
    FEWEST,
    MOSTLY,
    OF_CODES,
    OF_COLUMNS,
    OF_LABELS,
    WORD,
    Section,
)
from trialtrace.run.drafting.help_pages import Entry
from trialtrace.run.tables.measures import parts, plain

# Columns of a list, and what stands behind the name of a column in the head of its labels.
MOST_COLUMNS = 3
BEHIND = {"label", "labels", "text", "txt", "name", "desc", "description", "meaning", "lbl"}
Texts = Mapping[str, Sequence[str]]


def codes_and_labels(texts: Texts) -> tuple[str, str]:
    """The head of the codes of a list and that of their labels, by columns of a short table; empty
    where it is none: each row has another code and another label, and nothing else but numbers of
    rows is called as no list is."""
    if not 2 <= len(texts) <= MOST_COLUMNS:
        return "", ""
    labels = [
        name
        for name, cells in texts.items()
        if (plain(name) in OF_LABELS or {*parts(name)[1:]} & BEHIND)
        and sum(bool(WORD.search(cell)) for cell in cells) >= MOSTLY * len(cells)
    ]
    codes = [name for name in texts if name not in labels]
    called = [name for name in codes if plain(name) in OF_CODES | OF_COLUMNS]
    own = [name for name in codes if labels and parts(labels[0])[:-1] == parts(name)]
    for name in (*own, *called) if len(labels) == 1 else ():
        rest = [plain(one) for one in codes if one != name]
        whole = all(len({*texts[one]}) == len(texts[one]) >= FEWEST for one in (name, labels[0]))
        if whole and all(one in ("id", "no", "nr", "order") for one in rest):
            return name, labels[0]
    return "", ""


def as_section(
    place: str, texts: Texts, called: str, columns: Mapping[str, Collection[str]]
) -> Section | None:
    """What a list says of the column that the head of its codes, or the list as a whole, is called
    by, where all cells of that column are codes of it; None where there is none."""
    codes, labels = codes_and_labels(texts)
    meaning = dict(zip(texts[codes], texts[labels], strict=True))
    for name, values in columns.items():
        of_it = name.casefold() in (codes.casefold(), called.casefold())
        if of_it and values and {*values} <= {*meaning}:
            listed = "; ".join(f"{code} = {label}" for code, label in meaning.items())
            return Section(place, "", (Entry(name, "", 1, codes=listed),), called=True)
    return None
