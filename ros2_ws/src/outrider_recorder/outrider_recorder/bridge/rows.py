"""What is to be drawn, without saying with what: rows over time per entity, columns per component."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SLOWER = {'depth': 2}  # raw depth is four times the JPEG of the same view


@dataclass
class Rows:
    """Rows of one entity. `columns[name][i]` belongs to `times_ns[i]` and holds `lengths[i]` instances."""

    kind: str  # points, boxes, boxes2d, names, arrows, lines, scalar, state, text, picture, depth, geo_points, ...
    times_ns: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, time_ns: int, length: int, **parts: Any) -> None:
        """Append one row."""
        self.times_ns.append(time_ns)
        self.lengths.append(length)
        for name, part in parts.items():
            self.columns.setdefault(name, []).append(part)

    def thinned(self, every_ns: int) -> Rows:
        """Return only the newest row of every `every_ns`."""
        newest = {time_ns // every_ns: index for index, time_ns in enumerate(self.times_ns)}
        chosen = sorted(newest.values())
        return Rows(self.kind, [self.times_ns[i] for i in chosen], [self.lengths[i] for i in chosen],
                    {name: [parts[i] for i in chosen] for name, parts in self.columns.items()})


@dataclass(frozen=True)
class Placed:
    """Where a frame sits in base_link: metres and a quaternion x, y, z, w."""

    path: str
    translation_m: tuple[float, float, float]
    quaternion: tuple[float, float, float, float]


@dataclass(frozen=True)
class Lens:
    """What a camera without distortion maps where: the matrix K row by row (9), and the size of the picture, pixels."""

    path: str
    k: tuple[float, ...]
    width: int
    height: int


@dataclass
class Batch:
    """What one look at the recording gave."""

    rows: dict[str, Rows] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    lenses: list[Lens] = field(default_factory=list)

    def of(self, path: str, kind: str) -> Rows:
        """Return the rows of `path`, made when new."""
        return self.rows.setdefault(path, Rows(kind))

    def __bool__(self) -> bool:
        """Return whether anything is in it."""
        return bool(self.rows or self.placed or self.lenses)

    def thinned(self, every_ns: int) -> Batch:
        """Return it at a lower rate; texts and states all stay, depth comes SLOWER."""
        return Batch({path: rows if rows.kind in ('text', 'state') else rows.thinned(
                          every_ns * SLOWER.get(rows.kind, 1)) for path, rows in self.rows.items()},
                     list(self.placed), list(self.lenses))

    def remember(self, older: Batch) -> None:
        """Take over what stands for ever from a batch that is thrown away."""
        self.placed[:0] = older.placed
        self.lenses[:0] = older.lenses

    def parts(self) -> Iterator[tuple[str, Rows]]:
        """Return path and rows of everything that has rows."""
        return ((path, rows) for path, rows in self.rows.items() if rows.times_ns)
