from __future__ import annotations

import nibabel as nib
import pytest

from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server
from tests.server.intruder import open_page

PRIVATE = "what only the owner may read"


@pytest.fixture(scope="package")
def house(tmp_path_factory):
    """A folder with a data folder, and beside it what nobody may see."""
    house = tmp_path_factory.mktemp("house")
    (house / "data").mkdir()
    nib.save(phantom(STORED["ras"], seed=99), house / "data" / "start.nii.gz")
    (house / "secret.txt").write_text(PRIVATE)
    return house


def serve(house, name, *options):
    log = house / f"{name}.log"
    return Server(house / "data" / "start.nii.gz", log, options=options)


@pytest.fixture(scope="package")
def server(house):
    """`supervox serve` as anybody starts it."""
    serving = serve(house, "plain")
    yield serving.wait()
    serving.stop()


@pytest.fixture(scope="package")
def accounts(house):
    """A file of names and passwords that only its owner can read."""
    path = house / "accounts.json"
    path.write_text('{"anna": "correct horse", "ben": "battery staple"}')
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def with_login(house, accounts):
    """A server of many, behind a proxy's prefix."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("BOKEH_SECRET_KEY", "PANEL_COOKIE_SECRET", "PANEL_BASIC_AUTH"):
            environment.setenv(name, f"not-to-be-seen-{name}")
        serving = serve(house, "login", "--basic-auth", str(accounts), "--prefix", "/hub/sv")
    yield serving.wait()
    serving.stop()


@pytest.fixture
def page(server):
    """The HTML of a page that has just been asked for."""
    return open_page(server.port)
