"""What would have to change: the least that turns an answer, and what a cluster still asks."""
