"""`jiqun gaps`: what a cell lacks, and who could supply it."""
