"""What the detector refuses, each in one sentence."""

from __future__ import annotations


class DetectorError(ValueError):
    """What a person can set right; one sentence."""


class WeightsError(DetectorError):
    """A file that cannot be looked with."""


class PictureError(DetectorError):
    """A picture that cannot be looked at; the next one may be well."""
