"""Label tables of ITK-SNAP, FreeSurfer and BIDS, and of spreadsheets."""
