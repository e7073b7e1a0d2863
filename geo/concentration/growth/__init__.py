"""Change over the years: what grows with whom, and where cells go on the map."""
