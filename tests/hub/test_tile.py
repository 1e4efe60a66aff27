"""A real JupyterHub, from signing in to a file that is saved."""

from __future__ import annotations

import stat
from pathlib import Path

import nibabel as nib
import numpy as np
import psutil
from playwright.sync_api import expect

from tests.e2e.conftest import LARGEST_MESSAGE
from tests.e2e.oracle import Oracle
from tests.e2e.test_painting import assert_same_in_nibabel, assert_same_in_simpleitk, paint_all
from tests.hub.conftest import NOISE, sign_in

SMALL = 4_000
APP = "/user/anna/supervox/app"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_the_launcher_has_a_tile_with_its_icon(launcher):
    tile = launcher.locator(".jp-LauncherCard").filter(has_text="supervox")

    icon = tile.locator("img")
    expect(icon).to_be_visible()
    assert icon.evaluate("(img) => img.naturalWidth") > 0


def test_what_is_painted_behind_the_hub_is_downloaded_as_in_plain_numpy(bench, house, tmp_path):
    source = house.home("anna") / "scan.nii.gz"
    image = nib.load(source)
    bench.open(source.name, seconds=120)
    bench.page.get_by_role("spinbutton", name="Count").fill("300")
    bench.button("Partition").click()
    centre = np.array(image.shape) // 2 - [2, 1, 1]
    bench.until("(n) => supervox.idAt(...n) > 0 && supervox.idAt(...n) < 600", centre.tolist())
    oracle = Oracle(bench.superpixels(tmp_path), image.affine)
    bench.go_to(centre)

    paint_all(bench, oracle, centre)
    saved = bench.download("Download labels", tmp_path)

    assert saved.name == "scan_dseg.nii.gz"
    assert set(np.unique(oracle.labels)) == {0, 1, 2, 3}
    assert_same_in_nibabel(saved, image, oracle.labels)
    assert_same_in_simpleitk(saved, source, oracle.labels)


def test_scrolling_behind_the_hub_asks_the_server_for_nothing(bench):
    bench.go_to((20, 18, 14))
    before = bench.cursor
    bench.page.mouse.move(*bench.at("axial", before))
    wait_for_silence(bench)
    del bench.traffic.urls[:]

    for up in [1] * 8 + [-1] * 8 + [1] * 9:
        bench.page.mouse.wheel(0, -100 * up)
    for key in ["PageUp", "PageDown"] * 6 + ["PageDown"]:
        bench.press(key)
    bench.until("(k) => supervox.cursor[2] === k", before[2] + 8)
    bench.page.wait_for_timeout(500)  # nothing can be waited for: what must come is nothing

    assert bench.traffic.urls == []
    assert max(bench.traffic.received, default=0) < SMALL
    assert sum(bench.traffic.received) < 20_000


def wait_for_silence(bench):
    """Wait until the 3D view, which comes last and by itself, has come."""
    while True:
        del bench.traffic.received[:]
        bench.page.wait_for_timeout(3000)
        if max(bench.traffic.received, default=0) < SMALL:
            return


def test_a_volume_of_12_mb_travels_in_pieces(bench):
    del bench.traffic.received[:]

    bench.open("noise.nii", seconds=180)

    large = [size for size in bench.traffic.received if size > 1_000_000]
    assert sum(large) > 0.9 * np.prod(NOISE)  # as 8 bits a voxel at the least
    assert len(large) > 1
    assert bench.traffic.largest < LARGEST_MESSAGE
    i, j, k = (n // 2 for n in NOISE)
    assert 500 <= bench.page.evaluate("(at) => supervox.valueAt(...at)", [i, j, k]) < 900


def test_nothing_was_complained_of_and_nobody_else_asked(bench):
    assert bench.traffic.errors == []
    assert bench.traffic.foreign == []


def test_who_has_not_signed_in_sees_the_login(house, visitor, bench):
    page = visitor.new_page()

    page.goto(house.url + APP)

    expect(page.get_by_label("Username")).to_be_visible()
    assert house.ask("GET", f"{APP}/ws", **HANDSHAKE, Origin=house.url)[0] == 403
    assert house.ask("GET", "/user/anna/supervox/healthz")[1].startswith(f"{house.url}/hub/login")


def test_another_user_is_refused(house, visitor, bench):
    page = visitor.new_page()
    sign_in(page, house, "ben", then="/hub/home")
    expect(page.get_by_text("ben", exact=True).first).to_be_visible()

    answer = page.goto(house.url + APP)

    assert answer.status == 403
    assert visitor.request.get(f"{house.url}/user/anna/supervox/healthz").status == 403


def test_its_user_is_told_how_it_is(house, anna, bench):
    told = anna.request.get(f"{house.url}/user/anna/supervox/healthz").json()

    assert told["status"] == "ok"
    assert told["sessions"] >= 1


def test_only_its_account_can_enter_and_no_port_is_open_to_the_network(house, bench):
    processes = [psutil.Process(pid) for pid in house.processes_of("anna")]
    words = [word for each in processes for word in each.cmdline()]
    given = {word.partition("=")[2] for word in words if word.startswith("--unix-socket=")}

    listening = [
        each.laddr.ip
        for process in processes
        for each in process.net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    ]

    assert listening
    assert {ip for ip in listening if not ip.startswith("127.")} == set()
    assert [stat.S_IMODE(Path(path).stat().st_mode) for path in given] == [0o600]


def test_labels_are_kept_in_the_users_home_under_their_name(house, bench):
    kept = house.home("anna") / ".local/share/supervox"

    assert [*kept.glob("user-anna/*/*.journal")] != []
