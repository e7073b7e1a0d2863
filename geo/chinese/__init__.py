"""簡體 made from 繁體."""
