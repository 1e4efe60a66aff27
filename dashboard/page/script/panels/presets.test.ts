import assert from "node:assert/strict"
import { test } from "node:test"
import type { Range } from "../stores/view.ts"
import { looksLikeCT, presetAt, presetsOf } from "./presets.ts"

const volume = (range: Range, first: Range = [0, 100]) => ({ range, first })

test("whole numbers down to air are taken for a CT, and so is what the server opened as one", () => {
  assert.equal(looksLikeCT(volume([-1024, 3071])), true)
  assert.equal(looksLikeCT(volume([0, 300], [-150, 250])), true)
  for (const range of [[0, 4095], [-1000.5, 200], [-499, 200]] as Range[]) assert.equal(looksLikeCT(volume(range)), false)
})

test("a CT has the windows of its organs, and every volume its own two", () => {
  assert.deepEqual(presetsOf(volume([0, 900], [10, 20])), [["Automatic", [10, 20]], ["Full range", [0, 900]]])
  const ct = presetsOf(volume([-1024, 3071]))
  assert.deepEqual(ct.slice(2, 4), [["Brain · W 80 L 40", [0, 80]], ["Stroke · W 40 L 40", [20, 60]]])
  assert.equal(ct.length, 7)
})

test("a window is called by its name, or as set by hand", () => {
  const presets = presetsOf(volume([0, 900], [10, 20]))
  assert.deepEqual(([[10, 20], [0, 900], [0, 20]] as Range[]).map((window) => presetAt(presets, window)), [0, 1, -1])
})
