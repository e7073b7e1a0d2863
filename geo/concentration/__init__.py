"""Test A: is the industry concentrated here beyond chance?"""
