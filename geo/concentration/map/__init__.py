"""The map: who is a neighbour of whom, and whether values of neighbours are alike."""
