"""What a cell of a document shows."""

from dataclasses import dataclass, field


@dataclass
class Output:
    """One thing that a cell showed: text of a stream, or a bundle of data by MIME type."""

    kind: str
    text: str = ""
    data: dict = field(default_factory=dict)
