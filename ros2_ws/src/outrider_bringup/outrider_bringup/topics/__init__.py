"""What `outrider topics` is made of: listening to everything, and showing one message in a few lines."""
