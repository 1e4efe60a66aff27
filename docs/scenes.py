"""Each picture of the guide: what is done on the page, and which part of it is taken."""

from __future__ import annotations

from playwright.sync_api import Page

from docs import tumour
from docs.hand import Hand, beside, save

MIDDLE = tumour.MIDDLE


def section(hand: Hand, name: str):
    """Return a section of the panel at the right."""
    return hand.page.locator(f"aside section.{name}")


def dialog(hand: Hand, name: str):
    """Return the open dialog of this name."""
    return hand.page.get_by_role("dialog", name=name)


def take_whole_page(hand: Hand) -> None:
    """Paint and name the tumour, and take the page."""
    tumour.label(hand)
    hand.press("2")
    hand.point("axial", (118, 160, 115))
    hand.wait_still()
    hand.take("page")


def take_questions(hand: Hand) -> None:
    """Open files that need an answer, or cannot be opened."""
    hand.button("Open").click()
    opening = dialog(hand, "Open a file")
    opening.get_by_role("option", name="demo_flair.nii.gz").wait_for()
    hand.go_on()
    hand.take("open", opening, margin=12)
    hand.press("Escape")
    for name, title, picture in (
        ("demo_4d.nii.gz", "Which volume", "open-4d"),
        ("demo_two_places.nii.gz", "Which place", "open-places"),
    ):
        hand.open(name)
        dialog(hand, title).wait_for()
        hand.go_on()
        hand.take(picture, dialog(hand, title), margin=12)
        hand.press("Escape")
    hand.open("demo_torn.nii.gz")
    toast = hand.page.locator(".toast.error")
    toast.wait_for()
    hand.go_on()
    hand.take("refused", toast, margin=12)
    hand.button("Close message").click()


def take_labels(hand: Hand) -> None:
    """Take the table of labels and its menu."""
    hand.page.mouse.move(5, 400)
    table = hand.shot(section(hand, "labels"), margin=4)
    hand.button("More on labels").click()
    menu = dialog(hand, "More on labels")
    menu.wait_for()
    hand.go_on()
    save(beside(table, hand.shot(menu)), "labels")
    hand.press("Escape")


def take_brush(hand: Hand) -> None:
    """Take the brush, its options and its outline."""
    hand.press("t")
    hand.zoom("axial", MIDDLE, 3)
    for _ in range(4):
        hand.press("]")
    hand.point("axial", (118, 170, 115), steps=3)
    hand.go_on()
    hand.take("brush", hand.page.locator("div.options"), hand.pane("Axial"))
    hand.press("r")
    hand.press("d")


def take_looks(hand: Hand) -> None:
    """Take the 3D view, the help and the plot."""
    hand.press("i")
    plot = hand.page.locator("dialog.intensities")
    plot.locator("canvas").first.wait_for()
    hand.wait_still()
    hand.take("plot", plot, margin=12)
    hand.press("Escape")
    hand.press("?")
    hand.go_on()
    hand.take("keys", dialog(hand, "Help"), margin=6)
    hand.press("Escape")
    hand.take("display", section(hand, "display"), margin=4)
    names = ("volume", "superpixels", "label table", "statistics")
    hand.take("downloads", *(hand.button(f"Download {name}") for name in names), margin=3)


def take_series(hand: Hand) -> None:
    """Take two volumes blended and side by side."""
    hand.open("demo_t1.nii.gz", "Another volume of the series (same patient)")
    hand.page.get_by_role("radio", name="demo_t1").wait_for()
    hand.wait_ready()
    hand.page.get_by_role("button", name="Second: demo_t1").click()
    hand.press("o")
    hand.point("axial", MIDDLE)
    hand.wait_still()
    hand.take("blend")
    hand.press("o")
    hand.press("j")
    hand.wait_still()
    hand.take("side-by-side")
    hand.press("j")
    hand.button("Take demo_t1 out").click()
    hand.go_on(1)


def take_strokes(hand: Hand) -> None:
    """Take a line that is being drawn, what it labels, and the history."""
    hand.go_back_to_the_beginning()
    hand.press("2")
    hand.zoom("axial", MIDDLE, 2)
    hand.begin("axial", tumour.STROKES[0][2])
    hand.go_on()
    hand.take("stroke")
    hand.end()
    hand.stroke(*tumour.STROKES[2][1:])
    hand.wait_still()
    hand.take("labelled")
    hand.stroke(*tumour.STROKES[6][1:], label=3)
    hand.press("z")
    hand.wait_ready()
    hand.go_on()
    hand.take("history", section(hand, "history"))


def take_cuts(hand: Hand) -> None:
    """Take coarse and fine superpixels, the settings, and a split."""
    hand.go_back_to_the_beginning()
    hand.press("r")
    hand.zoom("axial", MIDDLE, 3)
    darken(hand)
    pictures = []
    for count in (500, 2500, 10000):
        hand.set("Count", count)
        hand.partition()
        hand.page.mouse.move(5, 400)
        hand.go_on()
        pictures.append(hand.shot(hand.pane("Axial")))
    save(beside(*pictures), "counts")
    hand.set("Count", 500)
    hand.partition()
    hand.take("settings", section(hand, "superpixels"), margin=4)
    before = hand.shot(hand.pane("Axial"))
    hand.press("x")
    hand.begin("axial", ((78, 160, 115), (66, 140, 115), (64, 118, 115)))
    hand.page.mouse.up()
    hand.until("supervox.saved && supervox.pending === 0")
    hand.go_on(2)
    hand.page.mouse.move(5, 400)
    hand.go_on()
    save(beside(before, hand.shot(hand.pane("Axial"))), "split")
    hand.press("z")
    hand.press("d")


def darken(hand: Hand) -> None:
    """Widen the window by a drag, so that borders are seen on what is bright; hide cross lines."""
    hand.press("h")
    hand.press("w")
    hand.drag("axial", MIDDLE, (100, 80))
    hand.press("d")


def take_read_only(page: Page, address: str) -> None:
    """Take a second page on the same volume."""
    hand = Hand(page)
    page.goto(address)
    hand.until("window.supervox?.ready")
    hand.button("Take over").wait_for()
    hand.go_on(1)
    hand.take("read-only", page.get_by_role("status", name="Saved"), hand.button("Help"), margin=10)


def take_lost(hand: Hand) -> None:
    """Take the page of a server that does not answer."""
    hand.page.get_by_role("alert").wait_for(timeout=60_000)
    hand.go_on()
    picture = hand.shot(hand.page.locator("header"), hand.page.get_by_role("alert"))
    left = picture.width // 5  # where nothing is said
    save(picture.crop((left, 0, picture.width, picture.height)), "lost")
