"""The static map page, and the modules that build what it is served with: vendor files, fonts, basemap."""
