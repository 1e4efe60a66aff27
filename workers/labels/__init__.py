"""What is computed of labels: statistics, islands, surfaces, other grids."""
