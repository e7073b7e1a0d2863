"""Test A: whether the industry is concentrated here beyond chance."""
