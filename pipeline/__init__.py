"""One loop, three doors: live, replay, backfill."""
