import assert from "node:assert/strict"
import { test } from "node:test"
import type { Layout } from "../core/protocol.ts"
import { Preview } from "../drawing/brush.ts"
import { Sweep } from "../drawing/sweep.ts"
import { indexOf, type Voxel } from "./geometry.ts"
import { hooksNoting } from "./hooks.fake.ts"
import { layoutsOf } from "./layouts.fake.ts"
import { WholeSource } from "./whole.ts"

const SHAPE: Voxel = [2, 3, 4]
const [LAYOUT]: Layout[] = layoutsOf(SHAPE) // across i
const IDS = Uint16Array.from({ length: 24 }, (_, p) => 1 + Math.floor(p / 6)) // four of six voxels each

const COUNTING = Float32Array.from({ length: 24 }, (_, p) => p)

function sourceWith({ volume = COUNTING, ids = IDS.slice() }: { volume?: Float32Array; ids?: Uint16Array | null } = {}) {
  const noted = hooksNoting({ revision: -1 })
  const source = new WholeSource({ shape: SHAPE }, noted.hooks)
  source.arrive("volume", volume, null)
  source.arrive("labels", new Uint16Array(24), 0)
  if (ids) source.arrive("ids", ids, null)
  return { source, ...noted }
}

/** The labels of all voxels, flat. */
const labelsOf = (source: WholeSource) =>
  Array.from({ length: 24 }, (_, p) => source.labelAt([Math.floor(p / 12), Math.floor(p / 4) % 3, p % 4]))

test("nothing is there before it has come", () => {
  const source = new WholeSource({ shape: SHAPE }, hooksNoting().hooks)

  const { volume, ids } = source.look(LAYOUT, 0)

  assert.deepEqual([volume, ids, source.hasIds, source.valueAt([0, 0, 0]), source.idAt([0, 0, 0])], [null, null, false, undefined, 0])
  assert.equal(source.ready(true), false)
})

test("it is ready when all has come, and superpixels are there or will not come", () => {
  const { source } = sourceWith({ ids: null })
  assert.deepEqual([source.ready(false), source.ready(true)], [false, true])
  source.arrive("ids", IDS.slice(), null)
  assert.equal(source.ready(false), true)
})

test("labels come with their revision, superpixels with how many there are, and each is drawn", () => {
  const { told, page } = sourceWith()

  assert.equal(page.revision, 0)
  assert.deepEqual(told, [["redraw"], ["redraw"], ["redraw"], ["partition", { count: 4, voxels: 24 }]])
})

test("what lies at a voxel is read from each array", () => {
  const { source } = sourceWith()
  source.arrive("channel 2", new Float32Array(24).fill(0.5), null)

  assert.deepEqual([source.valueAt([1, 2, 3]), source.idAt([1, 2, 3]), source.sizeOf(4)], [23, 4, 6])
  assert.deepEqual([source.valueOf(0, [1, 0, 0]), source.valueOf(2, [1, 0, 0]), source.valueOf(3, [1, 0, 0])], [12, 0.5, undefined])
})

test("a slice has the intensities of the volume that is shown", () => {
  const { source, page } = sourceWith()
  const other = new Float32Array(24)
  source.arrive("channel 1", other, null)

  page.shown = 1

  assert.equal(source.look(LAYOUT, 1).volume?.values, other)
  assert.equal(source.lookAt(0, LAYOUT, 1)?.values.length, 24)
})

test("volumes that are no longer there are let go of, but never the main one", () => {
  const { source } = sourceWith()
  for (const key of [1, 2]) source.arrive(`channel ${key}`, new Float32Array(24), null)

  source.keepOnly([2])

  assert.deepEqual([0, 1, 2].map((key) => source.lookAt(key, LAYOUT, 0) !== null), [true, false, true])
})

test("superpixels that are painted have their label, and no others", () => {
  const { source } = sourceWith()

  source.paint({ ids: [2, 4], label: 7 })

  assert.deepEqual(labelsOf(source), Array.from(IDS, (id) => (id % 2 ? 0 : 7)))
})

test("patches are written into their boxes, one after the other", () => {
  const { source } = sourceWith()

  source.patch([[0, 1, 1, 3, 2, 4], [1, 2, 0, 1, 0, 2]], Uint16Array.from([1, 2, 3, 4, 5, 6]))

  const labels = new Array(24).fill(0)
  ;[[0, 1, 2], [0, 1, 3], [0, 2, 2], [0, 2, 3], [1, 0, 0], [1, 0, 1]].forEach((ijk, n) => { labels[indexOf(SHAPE, ijk as Voxel)] = n + 1 })
  assert.deepEqual(labelsOf(source), labels)
})

test("superpixels that are cut have finer ones in their place, of which the page is told", () => {
  const { source, told } = sourceWith()

  source.divide([[1, 5, 6]], [[0, 1, 0, 2, 0, 4]], Uint32Array.from([1, 1, 1, 5, 5, 5, 2, 2]))

  assert.deepEqual([1, 5, 2].map((id) => source.sizeOf(id)), [3, 3, 6])
  assert.equal(source.idAt([0, 1, 0]), 5)
  assert.deepEqual(told.at(-1), ["partition", { count: 5, voxels: 24 }])
})

test("a superpixel that was cut is painted as it is now", () => {
  const { source } = sourceWith()
  source.divide([[1, 5, 6]], [[0, 1, 0, 2, 0, 4]], Uint32Array.from([1, 1, 1, 5, 5, 5, 2, 2]))

  source.paint({ ids: [5], label: 3 })

  assert.deepEqual(labelsOf(source).slice(0, 8), [0, 0, 0, 3, 3, 3, 0, 0])
})

test("a mean is of finite intensities, and found anew when superpixels or intensities are others", () => {
  const volume = Float32Array.from({ length: 24 }, (_, p) => p)
  volume[0] = NaN
  const { source } = sourceWith({ volume })
  assert.equal(source.meanOf(1), 3)
  assert.equal(source.meanOf(9), undefined)

  source.divide([[1, 5, 6]], [[0, 1, 0, 2, 0, 4]], Uint32Array.from([1, 1, 1, 5, 5, 5, 2, 2]))
  assert.deepEqual([source.meanOf(1), source.meanOf(5)], [1.5, 4])
  source.arrive("volume", new Float32Array(24).fill(NaN), null)
  assert.equal(source.meanOf(5), undefined)
})

test("a drag paints the labels, and what was wrong of it is asked for", () => {
  const { source, said } = sourceWith()
  const sweep = new Sweep({ spacing: [1, 1, 1], axis: 0, index: 1, radius_mm: 0, is_ball: false })
  const preview = new Preview(sweep, { label: 6, locked: new Uint8Array(65536), within: 0 })

  source.brush(preview, [0, 0], [0, 2])
  assert.deepEqual(labelsOf(source).flatMap((label, p) => (label ? [p] : [])), [12, 13, 14])
  source.mistrust()

  assert.deepEqual(said, [{ verb: "resync" }])
})

test("labels of another kind are refused", () => {
  const { source } = sourceWith()
  assert.throws(() => source.arrive("labels", new Uint8Array(24), 1), /16 bits/)
})
