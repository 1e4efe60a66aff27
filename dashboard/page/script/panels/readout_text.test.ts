import assert from "node:assert/strict"
import { test } from "node:test"
import type { SliceSource } from "../slices/source.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { toldOf, valuesAt } from "./readout_text.ts"

const opened = {
  affine: [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]], spacing: [2, 2, 2], unit: { name: "mm", mm: 1 }, oriented: true, voxel_mm3: 8,
} as unknown as Opened
const slices = (values: object) =>
  ({ idAt: () => 0, labelAt: () => 0, valueAt: () => 7, sizeOf: () => undefined, meanOf: () => undefined, ...values }) as unknown as SliceSource

test("a voxel in a superpixel tells of it as much as is known", () => {
  const document = new DocumentStore()
  const row = { value: 3, name: "Liver", color: "#ff0000", visible: true, locked: false, voxels: 1, mean: null, sd: null }
  document.takeRows({ fresh: true, rows: [row], gone: [] })

  const told = toldOf(document, opened, slices({ idAt: () => 1234, labelAt: () => 3, sizeOf: () => 10, meanOf: () => 0.5 }), [1, 2, 3])
  assert.deepEqual([told.voxel, told.superpixel, told.label, told.color], ["i 1  j 2  k 3", "superpixel 1,234 · 80.0 mm³ · mean 0.5", "Liver", "#ff0000"])

  const less = toldOf(document, opened, slices({ idAt: () => 5 }), [1, 2, 3])
  assert.deepEqual([less.superpixel, less.label, less.color], ["superpixel 5", "", "transparent"])
  assert.equal(toldOf(document, opened, slices({}), [1, 2, 3]).superpixel, "")
})

test("of several volumes each is named, and what has not come or is none is said", () => {
  const volume = (key: number, name: string) => ({ key, name }) as DocumentStore["state"]["volumes"][number]
  const document = { state: { volumes: [volume(0, "flair"), volume(1, "a_very_long_name_of_a_pet"), volume(2, "t1")] }, several: true } as unknown as DocumentStore
  const valueOf = (key: number) => [12.345, NaN, undefined][key]

  assert.equal(valuesAt(document, slices({ valueOf }), [0, 0, 0]), "flair 12.35  a_very…f_a_pet –  t1 …")
  assert.equal(valuesAt(Object.assign(document, { several: false }), slices({}), [0, 0, 0]), "7")
})
