"""The form of a supply network: tiers, levels, core and periphery, and what a shock does to it."""
