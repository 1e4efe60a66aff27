"""Files and arrays on disk: read in pieces, written whole or not at all."""
