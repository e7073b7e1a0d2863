"""The Dagster side: assets, checks, jobs and the command line; holds no arithmetic."""
