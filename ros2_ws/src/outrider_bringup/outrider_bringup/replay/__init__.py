"""What `outrider replay` is made of: a recording read, published again, or run through the present code."""
