"""Each class's own behaviour, planted into real tracks with an innocent twin beside it; one file per family."""
