"""A draft ledger: what was read of a paper, as entries that `trialtrace audit` takes."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import count

from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.printed.expression import parse
from trialtrace.audit.reading.allocation import Allocation
from trialtrace.audit.reading.arms import ALL, Arms, arms_of, bare, names_control
from trialtrace.audit.reading.categories import categorised, without_missing
from trialtrace.audit.reading.crossed import crossed, of_arms, within_arms
from trialtrace.audit.reading.doubt import chances
from trialtrace.audit.reading.heading_words import EVERYONE, OPEN, said
from trialtrace.audit.reading.heads import ARM
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.laid import OF_UNITS, Laid, laid_out, left_whole
from trialtrace.audit.reading.namesakes import apart, of_subgroups
from trialtrace.audit.reading.paper import FIGURE, ReadPaper
from trialtrace.audit.reading.patients import by_shares, by_sizes, randomised_of, sizes_of
from trialtrace.audit.reading.repeated import by_cells
from trialtrace.audit.reading.sentences import (
    read_passages,
    results_in_notes,
    spreads_of,
    with_spread,
)
from trialtrace.audit.reading.strata import stratified
from trialtrace.audit.reading.tables import read_table
from trialtrace.audit.reading.text_arms import with_text
from trialtrace.base.config.scalars import resolve
from trialtrace.base.errors import UserError

Entry = dict[str, object]


@dataclass
class Draft:
    """The entries of a ledger, in order, and what was seen and not taken up.

    `items` are what the claims were made from, by their names. `papers` and what is `registered`
    and `reported` are told by a registry's record alone.
    """

    paper: ReadPaper
    groups: dict[str, Entry] = field(default_factory=dict)
    outcomes: dict[str, Entry] = field(default_factory=dict)
    claims: dict[str, Entry] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    papers: dict[str, Entry] = field(default_factory=dict)
    populations: dict[str, Entry] = field(default_factory=dict)
    registered: dict[str, Entry] = field(default_factory=dict)
    reported: dict[str, Entry] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _spelt: dict[str, str] = field(default_factory=dict)
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _again: Counter[tuple[str, str]] = field(default_factory=Counter)


def draft(paper: ReadPaper, *, typed: bool = False) -> Draft:
    """The draft of a paper. Of a form that a person `typed`, only what was guessed is open."""
    read, arms = _everything(paper)
    made = Draft(paper)
    items = [one for one in read if isinstance(one, Item)]
    randomised = randomised_of(arms, [passage.text for passage in paper.passages])
    others = {arm for one in items for arm in (one.arm, *one.compare)} - {None, ALL, *arms.labels}
    for name in (*arms.labels, *sorted(map(str, others))):
        key = named(made, "group", name, "arm")
        made.groups[key] = {"label": arms.labels.get(name, name)}
        if name in randomised:
            made.groups[key]["randomised"] = str(randomised[name])
        if name in others and arms.labels:
            made.groups[key]["among"] = True
    rows: dict[tuple[str, str | None, str], list[str]] = {}
    for one in read:
        if isinstance(one, Left):
            made.left.append(one)
            continue
        try:
            parse(one.printed)
        except UserError:
            made.left.append(Left(one.place, one.quote, "a ledger has no form for it"))
            continue
        key = _claim(made, one, typed)
        row = (one.place.rpartition(", column")[0] or one.place, one.visit, one.outcome or "")
        beside = rows.setdefault(row, [])
        if one.compare and beside:
            made.claims[key]["with"] = [*beside]
        elif one.arm:
            beside.append(key)
    used = {str(name) for claim in made.claims.values() for name in _groups(claim)}
    made.groups = {name: entry for name, entry in made.groups.items() if name in used}
    keys = {name: made._names["group", name] for name in arms.labels}
    labels = [arms.labels[name] for name, key in keys.items() if key in made.groups]
    for name, chance in chances(made.items, made.left, labels).items():
        if "unconfirmed" in made.claims[name]:
            made.claims[name]["chance"] = f"{chance:.2f}"
    made.left += results_in_notes(paper.tables)
    return made


def _everything(paper: ReadPaper) -> tuple[list[Item | Left], Arms]:
    laid: list[Laid] = []
    read: list[Item | Left] = []
    for table in paper.tables:
        if (found := laid_out(table)) is None:
            read += left_whole(table)
        else:
            laid.append(found)
    notes = [text for table in paper.tables for text in (table.caption, table.notes)]
    told = Allocation(paper.title, [passage.text for passage in paper.passages], notes)
    read += _of_units(laid, told)
    known, _ = all_arms(laid, told)
    laid = [
        replace(one, columns=tuple(within_arms(crossed(one.by_heads, known, told)))) for one in laid
    ]
    arms, in_rows = all_arms(laid, told)
    # A table can have rows of arms that another one tells.
    in_rows += [one for one in laid if one not in in_rows and _has_in_rows(one, arms, told)]
    for one in laid:
        matched = replace(one, columns=tuple(of_arms(one.columns, arms)))
        read += without_missing(categorised(read_table(matched, arms, in_rows=one in in_rows)))
    legends = {one.text for one in paper.passages if one.place.startswith(FIGURE)}
    spreads = _spreads([*(one.text for one in paper.passages), *notes], legends)
    captions = {table.name: table.caption for table in paper.tables} | {"": paper.title}
    read = [with_spread(one, spreads) for one in apart([*of_subgroups(read, captions)])]
    named = with_text(arms, told.title, told.passages)
    texts = list(by_cells(read_passages(paper.passages, named, notes), read))
    sizes = sizes_of([*texts, *read], named, told.passages)
    texts, read = [*by_sizes(texts, sizes)], stratified([*by_shares(read, sizes)])
    sure = named.labels if named.labels == arms.labels else {}
    read += [_by_text(one, {None, ALL, *sure}) for one in texts]
    return read, replace(named, labels={**arms.labels, **named.labels})


# A head of labels that are of one patient, cluster or study each.
_UNIT = re.compile(
    r"(?P<worded>schools?|clusters?|practices?|sites?|hospitals?|cent(?:er|re)s?|villages?|clinics?|"
    r"stud(?:y|ies)|authors?|references?)|(?:patient|participant|subject|case|animal|dog|ID|No)",
    re.IGNORECASE,
)
_OF_UNIT = re.compile(r"(?:\W*\b(?:id|no|nos|number|code|name|year|initials)\b\W*)*", re.IGNORECASE)


def _of_units(laid: list[Laid], told: Allocation) -> list[Item | Left]:
    """The numbers of tables whose rows are single patients, clusters or studies, of which no column
    is an arm's. These tables are taken out."""
    units = [one for one in laid if _has_units(one)]
    others = [one for one in laid if one not in units]
    known = all_arms(others, told)[0] if units else Arms({})
    left: list[Item | Left] = []
    for one in units:
        armed = any(column.size or names_control(column.arm or "") for column in one.columns)
        if not armed and not any(known.of(column.arm) for column in one.columns):
            laid.remove(one)
            left += left_whole(one.table, one.heads, OF_UNITS)
    return left


def _has_units(laid: Laid) -> bool:
    """Whether the head over the labels names a unit, and the labels differ; those of people are
    numbers or codes."""
    over = [row[0] for row in laid.table.rows[: laid.heads] if row[0]]
    match = _UNIT.match(over[-1]) if over else None
    if match is None or not _OF_UNIT.fullmatch(over[-1][match.end() :]):
        return False
    labels = _labels(laid)
    codes = [
        one for one in labels if re.fullmatch(r"[A-Za-z]{0,5}[-. ]?[0-9]+[A-Za-z]?|[A-Z]", one)
    ]
    whole = bool(match["worded"]) or 2 * len(codes) > len(labels)
    return whole and len(labels) > 1 and len({*labels}) == len(labels)


def _spreads(texts: Sequence[str], legends: Set[str]) -> dict[str, str]:
    """How a paper calls its spreads; legends of figures say it of none but their own."""
    every = spreads_of(texts)
    own = spreads_of([text for text in texts if text not in legends])
    return {kind: name for kind, name in own.items() if every.get(kind) == name}


def _by_text(item: Item | Left, known: Set[str | None]) -> Item | Left:
    if isinstance(item, Item) and item.place.startswith(FIGURE):
        if item.kind == "p" and re.search("[<≤]", item.printed):
            return Left(item.place, item.quote, "what a sign in a figure means, or a result")
        item = item.doubted("from the legend of a figure")
    if isinstance(item, Item) and not {item.arm, *item.compare} <= known:
        return item.doubted("the groups are known from the text alone")
    return item


def _groups(claim: Entry) -> Iterable[object]:
    about = claim.get("about")
    if not isinstance(about, dict):
        return ()
    compare = about.get("compare", ())
    return [about.get("group"), *(compare if isinstance(compare, list) else ())]


def _claim(draft: Draft, item: Item, typed: bool) -> str:
    words = [item.stem, item.stratum or "", *item.path[-1:], item.visit or "", item.arm or ""]
    if item.kind in ("p", "effect"):
        words.append(item.kind)
    key = unique(draft, "claim", slug("_".join(word for word in words if word), 36))
    entry: Entry = {
        "from": "paper",
        "place": item.place,
        "label": _label(draft, item),
        "printed": item.printed,
        "quote": item.quote,
    }
    about = _about(draft, item)
    if about:
        entry["about"] = about
    if item.doubts:
        entry["unconfirmed"] = "; ".join(item.doubts)
    elif not typed:
        entry["unconfirmed"] = READ
    draft.claims[key] = entry
    draft.items[key] = item
    return key


def _label(draft: Draft, item: Item) -> str:
    whose = item.arm if item.arm in (None, ALL) else draft.groups[draft._names["group", item.arm]]
    named = whose["label"] if isinstance(whose, dict) else whose
    return ", ".join(str(part) for part in (item.label, named) if part)


_OF_CLUSTERS = re.compile(r"\bcluster[\s‐-]*randomi[sz]|randomi[sz]ed cluster", re.IGNORECASE)


def _about(draft: Draft, item: Item) -> Entry:
    about: Entry = {}
    if item.is_size:
        about["size"] = "randomised" if item.randomised else "analysed"
    elif item.outcome is not None:
        key = named(draft, "outcome", item.outcome, "outcome")
        outcome = draft.outcomes.setdefault(key, {"label": item.outcome})
        if item.baseline and item.arm and not item.change:
            outcome["baseline"] = True
        about["outcome"] = key
    if item.stratum and item.split:
        about |= {"stratum": spelling(draft, item.stratum), "split": slug(item.split, 30)}
    if item.category:
        about["category"] = spelling(draft, item.path[-1])
    if item.arm is not None:
        about["group"] = ALL if item.arm == ALL else draft._names["group", item.arm]
    if item.compare:
        whole = item.compare == (ALL,)
        about["compare"] = ALL if whole else [draft._names["group", one] for one in item.compare]
    if item.visit is not None:
        about["visit"] = spelling(draft, item.visit)
    if item.size and not item.compare and not item.is_size and "/" not in item.printed:
        about["patients"] = str(item.size)
    if item.measure not in (None, *OPEN) and item.kind == "effect":
        about["measure"] = item.measure
    if item.procedure:
        about["design"] = [item.procedure]
    elif item.compare and not item.baseline and _OF_CLUSTERS.search(draft.paper.title):
        about["design"] = ["clustered"]
    elif item.model:
        about["basis"] = "model"
    if item.test:
        about["test"] = item.test
    if item.change:
        about["change"] = True
    return about


def spelling(draft: Draft, text: str) -> str:
    """One spelling of a visit or a category in all of a ledger."""
    return draft._spelt.setdefault(re.sub(r"\s+", "", text.casefold()), text)


def named(draft: Draft, section: str, text: str, otherwise: str) -> str:
    known = draft._names.get((section, text))
    if known is None:
        known = unique(draft, section, slug(text, 30) or otherwise)
        draft._names[section, text] = known
    return known


def unique(draft: Draft, section: str, wanted: str) -> str:
    """The name, with a number where another one of its section has it."""
    first = max(1, draft._again[section, wanted])
    draft._again[section, wanted] += 1
    numbered = (wanted if at == 1 else f"{wanted}_{at}" for at in count(first))
    name = next(one for one in numbered if one != ALL and (section, one) not in draft._taken)
    draft._taken.add((section, name))
    return name


def slug(text: str, longest: int) -> str:
    """A name of small letters, digits and _ out of words."""
    figure = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    figure = figure if not figure[:1].isdigit() else f"x{figure}"
    figure = figure[:longest].rstrip("_")
    # "No" or "Yes" as a name is no text to YAML.
    return figure if not figure or resolve(figure) == (figure, None) else f"x_{figure}"


# Arms that stand in rows: as the labels of a table whose columns are outcomes, or one below the
# other under each outcome.

_GROUPS = re.compile(
    r"(?:(?:study|treatment|randomi[sz]ed|trial)\s+)?"
    r"(?:groups?|arms?|treatments?|allocation|assignment|interventions?)",
    re.IGNORECASE,
)


def all_arms(every: Sequence[Laid], allocation: Allocation) -> tuple[Arms, list[Laid]]:
    """The arms of a paper, of columns and of rows, and the tables that have them in rows."""
    headed = [one.columns for one in every if not _in_rows(one, Arms({}), allocation)]
    known = arms_of(headed, allocation)
    in_rows = [one for one in every if _has_in_rows(one, known, allocation)]
    columns = arms_of([one.columns for one in every if one not in in_rows], allocation)
    letters: dict[str, str] = {}
    new: list[str] = []
    for one in in_rows:
        below = _below_outcomes(one, known, allocation)
        letters |= _by_letters(below, columns)
        found = below or [said(label).rest for label in _labels(one)]
        found = [label for label in found if not (EVERYONE.fullmatch(label) or known.pair(label))]
        new += [label for label in found if bare(label) and columns.of(label) is None]
    new = [label for label in new if bare(label) not in letters]
    # Heads of which nothing says that they are arms are none beside rows that are, and are others.
    labels = {} if columns.guessed and new else dict(columns.labels)
    for label in new:
        labels.setdefault(bare(label), label)
    guessed = columns.guessed and len(labels) == len(columns.labels)
    spelt = {one: of for one, of in (columns.spelt | letters).items() if of in labels}
    return Arms(labels, guessed, spelt), in_rows


def _has_in_rows(laid: Laid, known: Arms, allocation: Allocation) -> bool:
    return _in_rows(laid, known, allocation) or bool(_below_outcomes(laid, known, allocation))


def _labels(laid: Laid) -> list[str]:
    return [row[0] for row in laid.table.rows[laid.heads :] if any(row)]


def _no_arm_over(laid: Laid, known: Arms) -> bool:
    """Whether no head of a column names an arm."""
    columns = [column for column in laid.columns if column.role == ARM]
    heads = [column.arm or "" for column in columns]
    if any(column.size for column in columns) or any(map(names_control, heads)):
        return False
    return known.guessed or not any(known.of(head) for head in heads if head)


def _in_rows(laid: Laid, known: Arms, allocation: Allocation) -> bool:
    """Whether labels of rows name arms: by the head over them, by their numbers of patients and a
    control among them, or as other tables or the allocation name their arms; and no head of a
    column does."""
    labels = _labels(laid)
    if not any(column.arm or column.visit for column in laid.columns) or len(labels) < 2:
        return False
    if len(set(labels)) < len(labels) or not _no_arm_over(laid, known):
        return False
    # A section's own row has no numbers: the rows below it are no arms, or not the only ones.
    if not all(any(row[1:]) for row in laid.table.rows[laid.heads :] if any(row)):
        return False
    over = [row[0] for row in laid.table.rows[: laid.heads] if row[0]]
    if over and _GROUPS.fullmatch(over[-1].strip()):
        return True
    if len({known.named(said(label).rest) for label in labels} - {None}) > 1:
        return True
    if _called(labels, allocation) and len(labels) < 7:
        return True
    return len(labels) < 7 and any(_is_control(said(label).rest) for label in labels)


def _called(labels: Sequence[str], allocation: Allocation) -> list[str]:
    """Two labels or more that call themselves groups, or are what patients were allocated to."""
    names = {label: said(label).rest for label in labels}
    given = [label for label, name in names.items() if name and allocation.gave(name)]
    groups = [label for label, name in names.items() if _A_GROUP.fullmatch(name)]
    return next((found for found in (groups, given) if len(found) > 1), [])


_A_GROUP = re.compile(
    r"(?:group|arm) ?\(?[A-Z0-9]{1,4}\)?|(?!.*\bage\b)[\w ./+-]+ (?:group|arm)", re.IGNORECASE
)


def _below_outcomes(laid: Laid, known: Arms, allocation: Allocation) -> list[str]:
    """Labels that come back below several outcomes, of which one is a control's or a known arm, or
    two are called groups or were allocated to."""
    blocks: dict[tuple[str | None, ...], list[str]] = {}
    for row in laid.rows:
        if row.own and (len(row.path) > 1 or row.visit) and row.kind != "p":
            blocks.setdefault((row.visit, *row.path[:-1]), []).append(row.path[-1])
    labels = next(iter(blocks.values()), [])
    names = {*map(bare, labels)}
    again = [one for one in blocks.values() if names <= {*map(bare, one)}]
    if len(again) < 2 or not 1 < len(labels) < 6 or not _no_arm_over(laid, known):
        return []
    # "Group 1" is short for "Group 1 (repair)" where another row is so for another one.
    named = len({known.of(label) for label in labels} - {None, ALL}) > 1
    named = named or any(_is_control(label) or known.named(label) for label in labels)
    named = named or bool(_by_letters(labels, known))
    if not named and (called := _called(labels, allocation)):
        # A row "α" below two groups is none.
        named, labels = True, called
    return labels if named and len(set(labels)) == len(labels) else []


def _by_letters(labels: Sequence[str], known: Arms) -> dict[str, str]:
    """Letters that labels are, each of which another arm begins with; none where one is not."""
    found = {
        label.lower(): [name for name in known.labels if name.startswith(label.lower())]
        for label in labels
        if len(label) == 1
    }
    told = {letter: names[0] for letter, names in found.items() if len(names) == 1}
    return told if len({*told.values()}) == len({*labels}) > 1 else {}


def _is_control(label: str) -> bool:
    """Whether a label is a control's and of nothing else, as "Control of pain" would be."""
    return names_control(label) and len(label.split()) < 4 and " of " not in label
