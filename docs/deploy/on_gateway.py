"""A cluster of a dask-gateway: ``--cluster on_gateway:start``, run beside this file."""

from __future__ import annotations

from dask_gateway import Gateway, GatewayCluster

WORKERS = 8


def start() -> GatewayCluster:
    """Return a new cluster; where the gateway is, and who asks, stand in Dask's configuration."""
    cluster = Gateway().new_cluster()
    cluster.scale(WORKERS)
    return cluster
