import assert from "node:assert/strict"
import { test } from "node:test"
import { inOwnUnit, lengthText, mm3, nice, placeText, rounded } from "./lengths.ts"

test("a scale has 1, 2 or 5 times a power of ten, and is not longer than it may be", () => {
  for (const [length, is] of [[9.99, 5], [10, 10], [4.9, 2], [1.9, 1], [0.0071, 0.005], [230, 200], [4.99999, 5]]) {
    assert.equal(nice(length), is)
  }
})

test("a radius has no digits of the binary kind", () => {
  assert.equal(rounded(0.1 + 0.2), 0.3)
})

test("a length has the unit in which it reads best", () => {
  for (const [mm, text] of [
    [3_000_000, "3 km"], [2500, "2.5 m"], [150, "15 cm"], [99, "99 mm"], [1, "1 mm"], [0.5, "500 µm"], [0.0004, "400 nm"],
    [4e-8, "40 pm"], [1e-12, "0.001 pm"], [0, "0 pm"], [0.9999999, "1 mm"],
  ] as const) assert.equal(lengthText(mm), text)
})

test("a volume has the unit in which it reads best", () => {
  for (const [value, text] of [
    [2e7, "20.0 L"], [5e6, "5000 mL"], [150_000, "150 mL"], [1234, "1.2 mL"], [999, "999 mm³"], [999.7, "1,000 mm³"], [0.5, "0.500 mm³"],
    [1e-6, "1,000 µm³"], [1e-15, "1,000 nm³"], [0, "0.00 nm³"],
  ] as const) assert.equal(mm3(value), text)
})

test("a length in mm is told in the volume's own unit too, if that is another", () => {
  const [mm, micron] = [{ unit: { name: "mm", mm: 1 } }, { unit: { name: "µm", mm: 1e-3 } }]

  assert.equal(inOwnUnit(mm, 0.5), "mm")
  assert.equal(inOwnUnit(null, 0.5), "mm")
  assert.equal(inOwnUnit(micron, 0.5), "mm = 500 µm")
  assert.equal(inOwnUnit(micron, 0), "mm")
})

const AFFINE = [[1, 0, 0, -10], [0, 1, 0, 20], [0, 0, 1, 0], [0, 0, 0, 1]]
const PLAIN = { affine: AFFINE, spacing: [1, 1, 1] as [number, number, number], unit: { name: "mm", mm: 1 } }

test("a place in a patient is told by sides, as finely as its voxels are", () => {
  assert.equal(placeText({ ...PLAIN, oriented: true }, [3, 4, 5]), "L 7.0  A 24.0  S 5.0 mm")
  assert.equal(placeText({ ...PLAIN, oriented: true }, [13, -44, -5]), "R 3.0  P 24.0  I 5.0 mm")
  assert.equal(placeText({ ...PLAIN, oriented: true, spacing: [1, 0.02, 1] }, [3, 4, 5]), "L 7.00  A 24.00  S 5.00 mm")
})

test("a place in a volume of no patient is told along the axes of its file", () => {
  assert.equal(placeText({ ...PLAIN, oriented: false }, [3, 4, 5]), "x 7.0  y -24.0  z 5.0 mm")
})

test("a place is told in the volume's own unit", () => {
  const affine = [[1e-3, 0, 0, 0], [0, 1e-3, 0, 0], [0, 0, 1e-3, 0], [0, 0, 0, 1]]
  const micro = { affine, spacing: [1e-3, 1e-3, 1e-3] as [number, number, number], unit: { name: "µm", mm: 1e-3 }, oriented: false }
  assert.equal(placeText(micro, [1, 0, 7]), "x -1.0  y 0.0  z 7.0 µm")
})
