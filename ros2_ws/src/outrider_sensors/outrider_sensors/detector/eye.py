"""One look: compressed bytes in; boxes in pixels of the whole picture and their places out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outrider_sensors.camera.pinhole import Pinhole
from outrider_sensors.detector.engine import Engine
from outrider_sensors.detector.found import NOTHING, Found
from outrider_sensors.detector.pictures import Picture, decode
from outrider_sensors.detector.places import Depth, Places, nearest, places
from outrider_sensors.detector.sizes import Size


@dataclass(frozen=True)
class Look:
    """What came of one picture. `blind`: why nothing can be seen in it. `where`: None without geometry."""

    picture: Picture
    found: Found
    where: Places | None
    blind: str = ''

    def small(self) -> Found:
        """Return what was found in pixels of the picture as it was decoded."""
        across, down = self.picture.scale
        return self.found.scaled(1.0 / across, 1.0 / down)


class Eye:
    """Joins engine, geometry and depth; used from one thread."""

    def __init__(self, engine: Engine, sizes: Mapping[str, Size]) -> None:
        """Take a loaded engine and the sizes of bodies."""
        self.engine = engine
        self._sizes = sizes

    def decode(self, data: bytes | memoryview) -> Picture:
        """Return the picture, as small as the net allows. Raises PictureError."""
        return decode(data, self.engine.size_px)

    def look(self, picture: Picture, stamp_s: float, camera: Pinhole | None, depths: Iterable[Depth]) -> Look:
        """Return what is in a picture taken at `stamp_s` by `camera`, with the nearest of `depths`.

        Raises PictureError.
        """
        blind = picture.blind()
        if blind:
            return Look(picture, NOTHING, None, blind)
        found = self.engine.look(picture.rgb).scaled(*picture.scale)
        where = None if camera is None else places(found, camera, self._sizes, stamp_s, nearest(depths, stamp_s))
        return Look(picture, found, where)
