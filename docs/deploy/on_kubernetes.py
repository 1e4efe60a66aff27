"""A cluster of Dask's operator: ``--cluster on_kubernetes:start``, run beside this file."""

from __future__ import annotations

from dask_kubernetes.operator import KubeCluster, make_cluster_spec

IMAGE = "registry.example.org/supervox:0.1.0"  # with the Python and packages of the server
WORKERS = 8
A_WORKER = {"requests": {"cpu": "2", "memory": "2Gi"}, "limits": {"cpu": "2", "memory": "4Gi"}}
CACHE = {"name": "cache", "persistentVolumeClaim": {"claimName": "supervox-cache"}}
MOUNT = {"name": "cache", "mountPath": "/cache"}  # the server's, too: --cache /cache


def spec() -> dict:
    """Return what is asked of the operator."""
    wanted = make_cluster_spec(
        "supervox", image=IMAGE, n_workers=WORKERS, resources=A_WORKER, worker_command="dask worker"
    )
    scheduler = wanted["spec"]["scheduler"]["spec"]
    scheduler["containers"][0]["args"][:1] = ["dask", "scheduler"]  # was dask-scheduler in old Dask
    worker = wanted["spec"]["worker"]["spec"]
    worker["volumes"] = [CACHE]
    worker["containers"][0]["volumeMounts"] = [MOUNT]
    return wanted


def start() -> KubeCluster:
    """Return a new cluster; which Kubernetes, and who asks, stand in the kubeconfig."""
    return KubeCluster(custom_cluster_spec=spec())
