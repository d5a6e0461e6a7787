"""The page in a real browser over the real service: how long, how much, how heavy, beside what was aimed at."""
