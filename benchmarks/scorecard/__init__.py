"""The open scorecard: attacks, negatives and real events in, precision, recall and delay of every class out."""
