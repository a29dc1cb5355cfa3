"""Which counts are hidden: the small ones, and as many others as leave each of them open."""

from collections.abc import Iterable, Sequence

from trialtrace.run.disclosure.bounds import ENOUGH, Program, Spans, components
from trialtrace.run.disclosure.cells import Cells, Sum
from trialtrace.run.disclosure.presets import Preset


class Protection:
    """`hidden` cells, by number; `bounded` are those of which what the preset tells exactly leaves
    fewer values than `ENOUGH`, whatever else is hidden."""

    def __init__(self, cells: Cells, preset: Preset):
        self.cells, self._preset = cells.cells, preset
        self._sums = cells.sums
        self._of_cell: dict[int, list[Sum]] = {}
        for each in self._sums:
            for number in (each.whole, *each.parts):
                self._of_cell.setdefault(number, []).append(each)
        self._most = preset.span(max((cell.count for cell in self.cells), default=0))[1]
        self._truth = {number: (cell.count, cell.count) for number, cell in enumerate(self.cells)}
        self._seen = {number: {cell.count} for number, cell in enumerate(self.cells)}
        self.bounded: set[int] = set()
        self._keep_what_is_told()
        self._small = {
            number
            for number, cell in enumerate(self.cells)
            if not cell.kept and preset.too_small(cell.count) and (cell.count or not cell.absent)
        }
        self.hidden = self._with_zeros(self._small)
        while more := self._needed():
            self.hidden = self._with_zeros(self.hidden | more)

    def span(self, number: int) -> tuple[int, int]:
        """What is known of a count before it is held against others: of a hidden one that it is no
        more than all patients, and of a small one, to be on the safe side, that it is small."""
        if number not in self.hidden:
            return self._preset.span(self.cells[number].count)
        return 0, self._preset.small if number in self._small else self._most

    def _keep_what_is_told(self) -> None:
        """A part of a 0 that is told is a 0, and the only part of what is told is the same."""
        for each in self._sums:
            whole = self.cells[each.whole]
            if whole.kept and (not whole.count or (each.complete and len(each.parts) == 1)):
                for part in each.parts:
                    self.cells[part].kept = True

    def guarded(self, number: int) -> bool:
        """Whether a count must stay open: a hidden one, or the small ones that share a class."""
        cell = self.cells[number]
        return number in self.hidden or (not cell.kept and 0 < cell.count < self._preset.fewest)

    def _in_doubt(self, number: int) -> bool:
        """Whether it is not known of a count that must stay open that it does."""
        doubt = number not in self.bounded and len(self._seen[number]) < ENOUGH
        return doubt and self.guarded(number)

    def _open(self, number: int, numbers: Sequence[int], sums: Iterable[Sum], spans: Spans) -> bool:
        """Whether a count can have enough values: with those near it, all others as they are; if
        not, whether it could if the others did not matter; if so, with all of its component."""
        cells = _open_cells(self._of_cell.get(number, ()), spans) | {number}
        near = [each for cell in cells for each in self._of_cell.get(cell, ())]
        local = sorted(_open_cells(near, spans) | {number})
        if len(local) < len(numbers) / 2:
            around = [each for cell in local for each in self._of_cell.get(cell, ())]
            as_they_are = self._truth | {cell: spans[cell] for cell in local}
            if len(Program(local, around, as_they_are, self._seen).values(number)) >= ENOUGH:
                return True
            apart = {cell: set(self._seen[cell]) for cell in local}
            if len(Program(local, near, spans, apart).values(number)) < ENOUGH:
                return False
        return len(Program(numbers, sums, spans, self._seen).values(number)) >= ENOUGH

    def _with_zeros(self, hidden: set[int]) -> set[int]:
        """With the zeros of the sums in which a part is hidden, else a hidden one is none; and with
        what is the same count."""
        found, new = set(hidden), list(hidden)
        while new:
            for each in self._of_cell.get(new.pop(), ()):
                same = each.complete and len(each.parts) == 1
                for other in (each.whole, *each.parts) if same or len(each.parts) > 1 else ():
                    cell = self.cells[other]
                    zero = cell.count == 0 and not cell.absent and other != each.whole
                    if (same or zero) and not cell.kept and other not in found:
                        found.add(other)
                        new.append(other)
        return found

    def _needed(self) -> set[int]:
        """A cell more to hide for each component in which one is known too well."""
        spans = {number: self.span(number) for number in range(len(self.cells))}
        needed: set[int] = set()
        for numbers, sums in components(self._sums, spans):
            for number in filter(self._in_doubt, numbers):
                if self._open(number, numbers, sums, spans):
                    continue
                if (other := self._next(number, sums)) is not None:
                    needed.add(other)
                    break
                self.bounded.add(number)
        return needed

    def _next(self, number: int, sums: Iterable[Sum]) -> int | None:
        """The smallest count that may be hidden beside one: in its own sums, else in those of its
        component."""
        for complete in (True, False):
            for near in (self._of_cell.get(number, ()), sums):
                found = {
                    other
                    for each in near
                    if each.complete == complete
                    for other in (each.whole, *each.parts)
                    if other not in self.hidden and not self.cells[other].kept
                }
                if found:
                    return min(found, key=self._loss)
        return number if number not in self.hidden and not self.cells[number].kept else None

    def _loss(self, number: int) -> tuple[bool, int, int]:
        """Small counts are hidden first, a 0 last."""
        count = self.cells[number].count
        return count == 0, count, number


def _open_cells(sums: Iterable[Sum], spans: Spans) -> set[int]:
    """The counts of sums that are not known."""
    cells = {number for each in sums for number in (each.whole, *each.parts)}
    return {number for number in cells if spans[number][0] != spans[number][1]}
