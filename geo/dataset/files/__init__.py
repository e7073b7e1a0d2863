"""The files of a folder as lazy frames of our columns, whatever their format."""
