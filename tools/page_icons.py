"""Draw the icons of the phone page: the caution triangle inside the clear ring. Run: python3 tools/page_icons.py"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parents[1] / 'ros2_ws/src/outrider_alerts/outrider_alerts/static'
GROUND, RING, TRIANGLE = '#0a0f0d', '#5fcf98', '#ffb300'
FINE = 4  # drawn so much larger, then made smaller: smooth edges


def draw(size: int) -> Image.Image:
    """Return the icon, `size` x `size` pixels; all of it lies in the inner 80 % that a round mask leaves."""
    image = Image.new('RGB', (size * FINE, size * FINE), GROUND)
    pen = ImageDraw.Draw(image)

    def at(*places: float) -> list[float]:
        return [place * size * FINE for place in places]

    pen.ellipse(at(0.14, 0.14, 0.86, 0.86), outline=RING, width=round(0.07 * size * FINE))
    pen.polygon(at(0.5, 0.27, 0.7, 0.64, 0.3, 0.64), fill=TRIANGLE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == '__main__':
    for pixels in (192, 512):
        draw(pixels).quantize(32).save(STATIC / f'icon_{pixels}.png', optimize=True)
