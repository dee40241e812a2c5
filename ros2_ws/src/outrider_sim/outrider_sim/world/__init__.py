"""The world: pure, a function of time. Scenario files in, what every fake device senses and the truth out."""
