"""What the sentences before tell of a sentence: the arm that is spoken of, in which order arms are
named, and what was measured."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trialtrace.audit.reading.arms import names_control
from trialtrace.audit.reading.item import PARTS, Item, Left
from trialtrace.audit.reading.mentions import REFERENCE, Mention, Names, distinct, strangers
from trialtrace.audit.reading.wording import WORDS, is_subject, without

UNKNOWN = "it is of one of several groups, not all of which are known by name"
BEFORE = "which groups it is of is told by the sentence before"
OUTCOME_BEFORE = "what it is of is told by the sentence before"
# Words for what the sentence before tells.
BACK = re.compile(
    r"(?:(?:However|Moreover|Overall|Again|Thus|Furthermore|In addition), )?(?:"
    r"(?:This|These|Such|The|Both|All) (?:\w+ )?(?:differences?|changes?|improvements?|reductions?|"
    r"increases?|decreases?|effects?|results?|findings?|associations?|trends?|"
    r"figures?|proportions?)\b|"
    r"(?:Of|Among) (?:these|those|them)\b|(?:In )?(?:[Tt]his|[Tt]hese) (?:groups?|arms?)\b|"
    r"(?:This|These|It|They) (?:was|were|is|are|did|also|had)\b|"
    r"(?:Those (?:of|in|for)|These (?:values|figures|numbers|rates)|(?:The c|C)orresponding)\b)"
)
# Of tests and what they showed, and of nothing that was measured.
_TESTED = re.compile(
    r"\b(?:(?:statistical\w*|post|hoc|LSD|Tukey\w*|Bonferroni|ANC?OVA|t|tests?|analys[ei]s|pairwise|"
    r"comparisons?|results?|p-?values?|used|applied|performed|order|determine|show\w*|indicat\w+|"
    r"reveal\w+|found|observed|detected|confirm\w+|seen|there|when|well|because|"
    r"CI|mm|mmHg|Hg|kg|mg|ml|cm|mmol|study|insignifican\w+|significance|reach\w*|remain\w*|"
    r"between|treatments?|as|efficacy|effectiveness|interventions?|equal|tables?|fig\w*)\b)",
    re.IGNORECASE,
)
# Words for more patients than those of an arm that was spoken of, or for others.
_OTHERS = re.compile(
    r"\b(?:both (?!at\b)|all|each|either|neither|(?:the|of) (?:two|three|four)|between|among|"
    r"across|overall|total|whole|"
    r"entire|groups|arms|population|sample|cohort|enrol\w*|eligib\w*|randomi\w*|screened|recruited|"
    r"compar\w*|vs|versus|than|differ\w*|other|others|similar\w*|subgroup\w*|correlat\w*|"
    r"associat\w*|predict\w*|(?:non-?)?responders?|survivors|irrespective|regardless)\b",
    re.IGNORECASE,
)
# "More than twice that of men (32 vs 15%)".
_COMPARED = re.compile(
    r"\b(?:than|compared|between (?!(?:the |both |these |two )*(?:groups|arms))|"
    r"versus (?!-?[0-9])|baseline|women and|men and|male|females?|who|whom)\b",
    re.IGNORECASE,
)
# "Workers needed longer (45 vs 30 days)": nobody says that arms are compared.
_MORE = re.compile(
    r"\b(?:more|less|few|(?:high|low|great|small|larg|short|long|heavi|old|young)er)\b",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"\bv(?:s|ersus)\b", re.IGNORECASE)
# "45 and 50 years in the two groups": each has one of two numbers.
OF_BOTH = re.compile(
    r"\b(?:in|for|between|of) (?:the )?(?:two|both) (?:\w+ )?(?:groups|arms)\b", re.I
)
_TURN = re.compile(r",? \b(?:but|although|though|whereas|while|which)\b")
# "In group A, …".
FRAMED = re.compile(r"(?:[\s-](?:groups?|arms?|patients|participants))?,")
# "In group A", "Patients of group A", "The training group", "Table 2 has changes in group A".
_TOPIC = re.compile(
    r"(?:Fig(?:ure|\.)?|Table)\s?[0-9]+\w?\s?[^.;()]{0,90}\b(?:in|of|for) (?:the )?|"
    r"(?:\w+ly, )?(?:(?:In|For|With|Among|Of|Within|On|Under|After)\b[^,;.()\d]{0,40}|"
    r"(?:The )?(?:Patients|Participants|Subjects|Women|Men|Children|Infants)\b[^,;.()\d]{0,30}|"
    r"The |)"
)

_FORMER = re.compile(r"\bthe (former|latter)\b")


@dataclass(frozen=True)
class Context:
    """The one arm that is spoken of, and two arms in the order in which they were named, or in
    which the paper mostly has them (`usual`); `told` where the sentence before names any."""

    topic: str | None = None
    order: tuple[str, ...] = ()
    usual: bool = False
    told: bool = False

    def after(self, sentence: str, names: Names) -> "Context":
        """What is known behind a sentence."""
        mentions = names.mentions(sentence)
        told = [one for one in mentions if not REFERENCE.search(sentence, 0, one.begin)]
        if not told:
            topic = self.within(sentence, mentions).topic
            return replace(self, topic=topic, told=bool(mentions))
        framed = FRAMED.match(sentence, told[0].end) and len(distinct(told)) == 1
        begins = _TOPIC.fullmatch(sentence[: told[0].begin])
        topic = told[0].arm if begins and (framed or len(distinct(mentions)) == 1) else None
        order = in_order(mentions, sentence) if len(names.arms) == 2 else ()
        return Context(topic, order or self.order, self.usual and not order, told=True)

    def named(self, text: str) -> list[Mention]:
        """ "The former" and "the latter" of two arms that were named before."""
        return [
            Mention(*match.span(), self.order[match[1] == "latter"], BEFORE)
            for match in _FORMER.finditer(text)
            if len(self.order) == 2
        ]

    def within(self, text: str, mentions: Sequence[Mention]) -> "Context":
        """What of it holds in a sentence: its own order where it names two arms, the arm that is
        spoken of where it names none and nobody else."""
        if not all(REFERENCE.search(text, 0, one.begin) for one in mentions):
            return Context(None, in_order(mentions, text))
        head = _TURN.split(text, maxsplit=1)[0]
        others = bool(_OTHERS.search(head) or strangers(text, mentions))
        others = others or self.topic in distinct(mentions)
        guess = (_VERSUS.search(text) or OF_BOTH.search(text)) and not _MORE.search(text)
        apart = _COMPARED.search(text) or (self.usual and not guess)
        order = () if apart else self.order
        return Context(None if others else self.topic, order)


def usual_order(texts: Sequence[str], names: Names) -> tuple[str, ...]:
    """The order in which a paper names its two arms, where it mostly does so in one; what a control
    is compared with comes first unless it is said otherwise."""
    if len(names.arms) != 2:
        return ()
    orders = Counter(
        in_order(names.mentions(sentence), sentence)
        for text in texts
        for sentence in _SENTENCES.split(text)
    )
    del orders[()]
    first, second = names.arms
    if names_control(first) != names_control(second):
        orders[(first, second) if names_control(second) else (second, first)] += 2
    usual, times = (orders.most_common(1) or [((), 0)])[0]
    return usual if times > 2 and times > 2 * (orders.total() - times) else ()


_SENTENCES = re.compile(r"(?<=[.;])(?<!vs\.)\s")


def in_order(mentions: Sequence[Mention], text: str) -> tuple[str, ...]:
    """The two arms of a sentence in the order of their numbers: one that others are compared with
    is the second."""
    arms = tuple(distinct(mentions))
    if len(arms) != 2:
        return ()
    return arms[::-1] if REFERENCE.search(text, 0, mentions[0].begin) else arms


def is_bare(text: str, names: Names) -> bool:
    """Whether a text tells of tests, differences and groups alone, and not of what was measured."""
    return not is_subject(_TESTED.sub(" ", without(text, 0, len(text), names.mentions(text))))


# "Mean changes from baseline at week 52 were", of what was told before.
_OF_NUMBERS = re.compile(
    r"\b(?:the|least|squares?|LSM?|means?|medians?|averages?|adjusted|absolute|overall|percent(?:age)?s?|"
    r"proportions?|changes?|reductions?|increases?|decreases?|improvements?|values?|rates?|numbers?|"
    r"from|to|in|of|at|for|and|by|baseline|weeks?|months?|days?|years?|was|were|is|are|respectively|"
    r"corresponding|(?:low|high|great)er|similar|both|groups?|arms?|however)\b|[^A-Za-z]",
    re.IGNORECASE,
)


def with_before(one: Item | Left, sentence: str, last: str, names: Names) -> Item | Left:
    """A number with what it is of by the last sentence before that tells it, where its own refers
    to that or tells nothing, and which groups, where it refers to it and names none."""
    if isinstance(one, Left) or one.is_size:
        return one
    back = BACK.match(sentence)
    outside = re.sub(r"[(\[][^()\[\]]*[)\]]", "", sentence)
    general = one.kind in PARTS and not _OF_NUMBERS.sub("", one.path[0].rpartition(" (")[0]).strip()
    if back and re.match("The ", back[0]) and one.kind in PARTS and not general:
        # "The proportion cured was": it says itself what it is of.
        back = None
    if not (back or general) and (one.kind in PARTS or not is_bare(outside, names)):
        return one
    clause = " ".join(re.sub(r"\s*[(\[][^()\[\]]*[)\]]", "", last).split()[:WORDS])
    item = replace(one, path=(f"{clause} … {one.path[0]}", *one.path[1:]))
    # "The mean change in pulse" may be of another outcome than the last sentence's.
    item = item.doubted(OUTCOME_BEFORE if not back or re.match("The ", back[0]) else None)
    arms = distinct(names.mentions(last))
    if one.arm or one.compare or not back or names.mentions(sentence) or UNKNOWN in one.doubts:
        return item
    if len(arms) == 2 and one.kind in ("p", "effect", "estimate"):
        return replace(item, compare=tuple(arms)).doubted(BEFORE)
    if len(arms) == 1 and one.kind in PARTS:
        return replace(item, arm=arms[0]).doubted(BEFORE)
    return item
