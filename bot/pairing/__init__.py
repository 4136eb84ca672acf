"""Who is paired with whom: candidates, solvers, and the process they run in."""
