"""One user at work: what is open, what is edited, what runs."""
