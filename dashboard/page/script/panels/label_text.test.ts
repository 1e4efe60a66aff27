import assert from "node:assert/strict"
import { test } from "node:test"
import { numbersOf, sizeOf, tooltipOf } from "./label_text.ts"

const row = (change = {}) => ({ value: 700, name: "Spleen", color: "#000000", visible: true, locked: false, voxels: 12345, mean: 101.26, sd: 3.333, ...change })

test("a label tells its size and how bright it is", () => {
  assert.equal(sizeOf(row(), 2), "24.7 mL")
  assert.equal(numbersOf(row()), "12,345 voxels · mean 101.3 ± 3.33")
  assert.equal(tooltipOf(row(), 2),
    "Spleen (value 700)\n12,345 voxels, 24.7 mL\nintensity 101.3 ± 3.33\nDouble-click or F2 to rename, Del to remove")
})

test("one voxel is one, and none is said as such", () => {
  assert.equal(numbersOf(row({ voxels: 1 })), "1 voxel · mean 101.3 ± 3.33")
  const none = row({ voxels: 0, mean: null, sd: null })
  assert.deepEqual([sizeOf(none, 2), numbersOf(none)], ["–", "Nothing has this label yet"])
  assert.match(tooltipOf(none, 2), /intensity –\n/)
})

test("a mean that was not counted says why", () => {
  assert.match(tooltipOf(row({ mean: null, sd: null }), 2), /intensity –: not known of a volume of this size; press Download statistics\n/)
})
