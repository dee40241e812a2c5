"""What `outrider up` adds to the runner: one at a time, a status line, the names of the rides."""
