"""Pure measures of concentration, linkage and their verdict; knows nothing of Dagster."""
