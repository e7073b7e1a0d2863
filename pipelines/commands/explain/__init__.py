"""`jiqun explain`: one verdict with all that it rests on."""
