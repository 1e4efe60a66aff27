"""How the demo's simulated tumour is labelled, stroke by stroke."""

from __future__ import annotations

from docs.hand import Hand

MIDDLE = (132, 150, 115)
NAMES = {1: "necrosis", 2: "oedema", 3: "core"}
# Label, plane and the voxels between which each stroke is drawn.
STROKES = (
    (2, "axial", ((113, 150, 115), (118, 172, 115), (130, 180, 115), (146, 165, 115))),
    (2, "axial", ((146, 165, 115), (152, 150, 115), (140, 128, 115), (122, 130, 115))),
    (2, "sagittal", ((130, 118, 118), (130, 130, 96), (130, 150, 90), (130, 172, 104))),
    (2, "sagittal", ((130, 172, 104), (130, 180, 120), (130, 165, 138), (130, 140, 136))),
    (2, "coronal", ((112, 150, 112), (118, 150, 96), (140, 150, 94), (150, 150, 112))),
    (2, "coronal", ((150, 150, 112), (144, 150, 134), (124, 150, 138), (112, 150, 112))),
    (3, "axial", ((122, 146, 115), (124, 158, 115), (137, 158, 115), (138, 144, 115))),
    (3, "coronal", ((124, 150, 106), (136, 150, 106), (138, 150, 124), (123, 150, 124))),
    (1, "axial", ((128, 150, 115), (132, 151, 115))),
)


def paint(hand: Hand, strokes: tuple = STROKES) -> None:
    """Draw strokes on the slices through the tumour's middle."""
    for label, plane, voxels in strokes:
        hand.stroke(plane, voxels, label)


def label(hand: Hand) -> None:
    """Label the whole tumour, and name the labels, on a page where that was not done yet."""
    hand.go_to(MIDDLE)
    if hand.page.get_by_role("row", name=NAMES[1], exact=True).count():
        return
    if hand.button("Undo").is_enabled():
        hand.go_back_to_the_beginning()
    paint(hand)
    for value, name in NAMES.items():
        hand.rename(value, name)
    hand.page.evaluate("document.activeElement.blur()")
