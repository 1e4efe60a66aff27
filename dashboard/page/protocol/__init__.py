"""What a page and its server say to each other: a table, its types, who reads and writes it."""
