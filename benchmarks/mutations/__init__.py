"""Datasets damaged at random: each is read with its rows accounted for, or refused in words."""
