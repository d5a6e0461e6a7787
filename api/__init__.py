"""The store as GeoJSON, tiles and push."""
