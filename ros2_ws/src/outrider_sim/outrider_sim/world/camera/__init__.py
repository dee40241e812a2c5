"""What a camera sees of the world: colour, stereo depth, and which body is where in the picture. Pure."""

from outrider_sim.world.camera.depth import DepthPainter
from outrider_sim.world.camera.painter import Painter
from outrider_sim.world.camera.seen import Seen
from outrider_sim.world.camera.view import View, pinhole

__all__ = ['DepthPainter', 'Painter', 'Seen', 'View', 'pinhole']
