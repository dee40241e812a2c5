"""Fits the model of the detector that `score` uses to the weights: what `tools/fit_detector` runs."""
