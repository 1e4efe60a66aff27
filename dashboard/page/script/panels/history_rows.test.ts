import assert from "node:assert/strict"
import { test } from "node:test"
import { HISTORY_KEYS, parted, stateOf, titleOf } from "./history_rows.ts"

const NAMES = { axial: "XY", coronal: "XZ", sagittal: "YZ" }

test("an edit is parted from its place at the last dot: a label's name may hold one too", () => {
  assert.deepEqual(parted("5 → a · b · axial 12", null), ["5 → a · b", "axial 12"])
  assert.deepEqual(parted("all superpixels anew", null), ["all superpixels anew", ""])
})

test("planes of a volume that is of no patient are called by its axes, and labels keep their names", () => {
  assert.deepEqual(parted("5 → axial · coronal 3", NAMES), ["5 → axial", "XZ 3"])
  assert.deepEqual(parted("5 → a · axially", NAMES), ["5 → a", "axially"])
})

test("each row has the title of the last edit that is in force there", () => {
  const titles = ["first", "second"]
  assert.deepEqual([2, 1, 0].map((done) => titleOf(titles, done)), ["second", "first", "as it was opened"])
})

test("edits above the one that is in force are undone", () => {
  assert.deepEqual([3, 2, 1].map((done) => stateOf(done, 2)), ["undone", "now", ""])
})

test("keys go up to younger edits, and down to older ones", () => {
  assert.deepEqual(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"].map((key) => HISTORY_KEYS[key](20)), [21, 19, 30, 10, Infinity, 0])
})
