"""What of a document is of the run, and what its author's own: the one loses its mark, the other
gets one, before anything is numbered."""

from copy import deepcopy

from trialtrace.report.render.tree import nodes

# The class of what the functions of a document give (cells.py), and which call gave it.
OF_RUN, CALL = "of-run", "call"
FLOATS = ("fig-", "tbl-")
UNCHECKED = "unchecked"
OWN = "[own, not checked]"
CAPTION = "tbl-cap"


def mark_authored(document: nodes.Node, *, authored: bool) -> list[str]:
    """Mark every paragraph with a number, table, code and picture that is not of the run; the calls
    that gave what is, as "table:pain".

    `authored` tells that the document is somebody's own, also where it has nothing of the run. Any
    other without that is no report, and has nothing to be told apart.
    """
    attributed = [node["c"][0] for node in nodes.all_of(document["blocks"], "Div", "Link")]
    of_run = [attr for attr in attributed if OF_RUN in attr[1]]
    calls = [call for attr in of_run if (call := nodes.value_of(attr, CALL))]
    if authored or of_run:
        document["blocks"] = _marked(document["blocks"])
        nodes.walk(document["blocks"], {"Link": _without_mark})
    return calls


def _marked(blocks: nodes.Nodes) -> nodes.Nodes:
    made: nodes.Nodes = []
    for block in blocks:
        inner: nodes.Inner = block.get("c") or []
        match block["t"]:
            case "Div" if OF_RUN in inner[0][1]:
                made += inner[1]
                continue
            case "Div" if inner[0][0].startswith(FLOATS):
                inner[1] = _captioned(inner)
            case "Div":
                inner[1] = _marked(inner[1])
            case "BlockQuote":
                block["c"] = _marked(inner)
            case "BulletList":
                block["c"] = [_marked(item) for item in inner]
            case "OrderedList":
                inner[1] = [_marked(item) for item in inner[1]]
            case "Figure" if inner[0][0].startswith(FLOATS) and (caption := inner[1][1]):
                caption[-1]["c"] += [nodes.space(), _mark()]
            case "Para" | "Plain":
                for note in nodes.all_of(inner, "Note"):
                    note["c"] = _marked(note["c"])
                block["c"] = [*inner, nodes.space(), _mark()] if _is_own(inner) else inner
            case "RawBlock" if "<table" not in inner[1]:  # Quarto has a data frame so
                pass
            case "Table" | "Figure" | "CodeBlock" | "DefinitionList" | "LineBlock" | "RawBlock":
                made += [block, nodes.paragraph([_mark()])]
                continue
        made.append(block)
    return made


def _captioned(float_: nodes.Inner) -> nodes.Nodes:
    """A figure or table with a label, whose last block is its caption; one that code made has it
    as an attribute under Quarto, as Markdown."""
    attr, (*before, last) = float_
    for pair in attr[2]:
        if pair[0] == CAPTION:
            pair[1] += f" [{OWN}]{{.{UNCHECKED}}}"
            return [*before, last]
    if before and last["t"] in ("Para", "Plain"):
        return [*before, {**last, "c": [*last["c"], nodes.space(), _mark()]}]
    return [*before, last, nodes.paragraph([_mark()])]


def _mark() -> nodes.Node:
    return nodes.span([nodes.word(OWN)], nodes.attributes(classes=[UNCHECKED]))


def _is_own(words: nodes.Nodes) -> bool:
    """Whether they have a picture, or a digit that is in no number of the run and no reference."""
    if next(nodes.all_of(words, "Image"), None):
        return True
    shown = deepcopy(words)
    nodes.walk(shown, {"Link": lambda node: [] if _of_the_run(node) else None, "Cite": _nothing})
    return any(letter.isdigit() for letter in nodes.text_of(shown))


def _of_the_run(link: nodes.Node) -> bool:
    """Whether a link is a number of the run, or leads to a reference that it lists."""
    return OF_RUN in link["c"][0][1] or link["c"][2][0].startswith("#ref-")


def _nothing(_: nodes.Node) -> nodes.Nodes:
    """A reference is numbered by the renderer."""
    return []


def _without_mark(link: nodes.Node) -> None:
    attr = link["c"][0]
    attr[1] = [name for name in attr[1] if name != OF_RUN]
    nodes.set_value(attr, CALL, None)
