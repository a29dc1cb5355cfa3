"""Objects by the sha256 of their content, so that what two runs share lies there once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import make_folder, sha256_bytes, write_bytes

PRIVATE = 0o600


@dataclass(frozen=True)
class Objects:
    """A folder of objects. Nobody but its owner reads or writes there: they are patients' data."""

    folder: Path
    # The commands that let the runs go which hold an object.
    removal: Callable[[str], Sequence[str]] = field(default=lambda _: (), compare=False)

    def put(self, content: bytes) -> str:
        """Keep some bytes, if they are not there yet. Returns their sha256."""
        digest = sha256_bytes(content)
        place = self.place(digest)
        if not place.is_file():
            make_folder(self.folder, private=True)
            make_folder(place.parent, private=True)
            write_bytes(place, content, PRIVATE)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest. Raises UserError where they are gone or are others."""
        place = self.place(digest)
        try:
            content = place.read_bytes()
        except OSError:
            raise UserError(self.broken(digest, "is gone")) from None
        if sha256_bytes(content) != digest:
            raise UserError(self.broken(digest, "was changed since it was kept"))
        return content

    def names(self) -> set[str]:
        """The digests of all objects that are there."""
        if not self.folder.is_dir():
            return set()
        return {f"{one.parent.name}{one.name}" for one in self.folder.glob("??/*")}

    def remove(self, digests: Iterable[str]) -> None:
        """Let objects go."""
        for digest in digests:
            self.place(digest).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes of all objects."""
        return sum(self.place(digest).stat().st_size for digest in self.names())

    def broken(self, digest: str, what: str) -> Problem:
        """An object that is not as it was kept."""
        return Problem(
            str(self.place(digest)),
            f"{what}: the runs that hold it are not whole",
            do="; or ".join(["bring the file back from a copy", *self.removal(digest)]),
        )

    def place(self, digest: str) -> Path:
        """Where the object of a digest lies."""
        return self.folder / digest[:2] / digest[2:]
