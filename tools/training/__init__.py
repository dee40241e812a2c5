"""Training of the camera's detector on rendered pictures: data set, net, measurement, model card."""
