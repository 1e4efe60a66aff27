"""Real networks: hosts with addresses of their own, a proxy, a machine without any network."""
