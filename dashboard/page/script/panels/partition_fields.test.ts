import assert from "node:assert/strict"
import { test } from "node:test"
import { cutFields, openFields, setField, settingsOf, unitsOf } from "./partition_fields.ts"

const VOLUME = {
  range: [0, 255] as [number, number], spacing: [1, 1, 2] as [number, number, number], voxel_mm3: 2,
  settings: { count: 1000, compactness: 0.05, sigma_mm: 1.2345, threshold: "auto" as const },
}

test("untouched, all settings go back as they came", () => {
  assert.deepEqual(settingsOf(openFields(VOLUME)), VOLUME.settings)
})

test("two digits of a blur are shown, which count once they are touched", () => {
  const fields = openFields(VOLUME)

  assert.equal(fields.sigma_mm, 1.2)
  assert.equal(settingsOf(setField(fields, "sigma_mm", 0.888)).sigma_mm, 0.89)
})

test("no blur stays none, and one is as wide as some voxels at the most, but for the field", () => {
  const fields = openFields({ ...VOLUME, settings: { ...VOLUME.settings, sigma_mm: null } })

  assert.equal(settingsOf(fields).sigma_mm, null)
  assert.equal(fields.scales.sigma_mm.max, 5)
  assert.equal(setField(fields, "sigma_mm", 60).sigma_mm, 60)
})

test("a size is known after a partition, and then goes with the count", () => {
  const opened = openFields(VOLUME)
  assert.ok(Number.isNaN(setField(opened, "count", 500).size))

  const cut = cutFields(opened, { voxels: 50_000 }, null)
  assert.deepEqual([cut.foreground_mm3, cut.size], [100_000, 100])
  assert.equal(setField(cut, "count", 500).size, 200)
  assert.equal(setField(cut, "size", 50).count, 2000)
})

test("a size is none that no count makes", () => {
  const cut = cutFields(openFields(VOLUME), { voxels: 50_000 }, null)

  assert.deepEqual([setField(cut, "size", 1e9).size, setField(cut, "size", 0.001).size], [10_000, 2])
})

test("a partition without a known foreground leaves the size as it was", () => {
  assert.ok(Number.isNaN(cutFields(openFields(VOLUME), { voxels: null }, null).size))
})

test("the foreground that was found is shown, unless one was set by hand", () => {
  const opened = openFields(VOLUME)
  assert.equal(cutFields(opened, { voxels: 9 }, 33.33333).threshold, 33.33)

  const byHand = setField(opened, "threshold", 70)
  assert.deepEqual([byHand.isAuto, settingsOf(byHand).threshold], [false, 70])
  assert.equal(cutFields(byHand, { voxels: 9 }, 33).threshold, 70)
})

test("sizes are written in the unit in which the volume counts, and large ones in mL", () => {
  const size = (name: string, mm: number, voxel_mm3: number) => unitsOf({ unit: { name, mm }, voxel_mm3 }).size
  assert.deepEqual(size("mm", 1, 2), { unit: "mm³", one: 1 })
  assert.deepEqual(size("mm", 1, 27_000), { unit: "mL", one: 1000 })
  assert.deepEqual(size("µm", 0.5, 2).unit, "µm³")
  assert.equal(size("µm", 0.5, 2).one, 0.125)
})
