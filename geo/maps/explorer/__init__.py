"""The page that people explore the results with."""
