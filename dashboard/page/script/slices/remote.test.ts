import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import type { Layout, Messages } from "../core/protocol.ts"
import { Preview } from "../drawing/brush.ts"
import { Sweep } from "../drawing/sweep.ts"
import type { Values, Voxel } from "./geometry.ts"
import { hooksNoting } from "./hooks.fake.ts"
import { layoutsOf } from "./layouts.fake.ts"
import { RemoteSource } from "./remote.ts"

type Part = Messages["part"]
type Open = ConstructorParameters<typeof RemoteSource>[0]

const SHAPE: Voxel = [4, 4, 4]
const LAYOUTS = [0, 1, 2].map((axis) => layoutsOf(SHAPE).find((layout) => layout.axis === axis) as Layout)
const [ACROSS_I, ACROSS_J] = LAYOUTS

/** A source, of which slice 1 across i is looked at; `take` gives it an array that has come in one piece. */
function sourceWith(t: TestContext, opened: Partial<Open> = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const noted = hooksNoting()
  const source = new RemoteSource({ case: 3, shape: SHAPE, ...opened }, noted.hooks)
  source.look(ACROSS_I, 1)
  const take = (of: Part["of"], values: Values, more: Partial<Part> = {}) => source.take(partOf(of, values, more))
  const asked = () => noted.said.filter(({ verb }) => verb === "slice").map(({ parts }) => parts)
  return { source, take, asked, ...noted }
}

const partOf = (of: Part["of"], values: Values, more: Partial<Part>): Part => ({
  case: 3, of, axis: 0, index: 1, level: 0, length: values.length, start: 0, split: false, raw: true,
  dtype: values.constructor.name.replace("Array", "").toLowerCase() as Part["dtype"], data: values.buffer as ArrayBuffer, ...more,
})

/** With all layers of the slice, of partition 1: the first two rows are superpixel 1, the others 2. */
async function filled(t: TestContext) {
  const given = sourceWith(t)
  given.source.takePartition({ partition: 1, count: 2, voxels: 64 })
  await given.take("volume", Float32Array.from({ length: 16 }, (_, p) => p))
  await given.take("labels", new Uint16Array(16), { revision: 0 })
  await given.take("ids", Uint16Array.from({ length: 16 }, (_, p) => (p < 8 ? 1 : 2)), { partition: 1 })
  given.said.length = given.told.length = 0
  return given
}

const labelsOf = (source: RemoteSource) => Array.from(source.look(ACROSS_I, 1).labels?.values ?? [])

test("superpixels that change twice in a row are asked for twice", async (t) => {
  const { source, take, asked } = sourceWith(t)
  const ids = new Uint32Array(16).fill(7)
  for (const partition of [1, 2]) source.takePartition({ partition, count: 9, voxels: 64 })
  await take("volume", new Float32Array(16))
  await take("labels", new Uint16Array(16), { revision: 0 })

  await take("ids", ids, { partition: 1 })
  const before = source.idAt([1, 0, 0])
  await take("ids", ids, { partition: 2 })

  assert.deepEqual(asked(), [["volume", "labels"], ["ids"], ["ids"]])
  assert.deepEqual([before, source.idAt([1, 0, 0])], [0, 7])
})

test("a slice is asked for as it is looked at, of this opening, and not twice", (t) => {
  const { source, said } = sourceWith(t)
  source.look(ACROSS_I, 1)
  assert.deepEqual(said, [{ verb: "slice", case: 3, axis: 0, index: 1, level: 0, parts: ["volume", "labels"], ahead: false }])
})

test("each layer is drawn as it comes, and the latest strokes over new labels", async (t) => {
  const { take, told } = sourceWith(t)
  await take("volume", new Float32Array(16))
  await take("labels", new Uint16Array(16), { revision: 0 })
  assert.deepEqual(told, [["redraw slice", 0, "volume"], ["replay"], ["redraw slice", 0, "labels"]])
})

test("a slice that comes in pieces is there when the last one has come", async (t) => {
  const { source, take } = sourceWith(t)
  const values = Uint16Array.from({ length: 16 }, (_, p) => p)
  const piece = (start: number) => take("volume", values, { start, data: values.slice(start / 2, start / 2 + 8).buffer })

  await piece(0)
  assert.equal(source.look(ACROSS_I, 1).volume, null)
  await piece(16)

  assert.equal(source.valueAt([1, 3, 3]), 15)
})

test("pieces whose first one was not heard are let go", async (t) => {
  const { source, take } = sourceWith(t)
  await take("volume", new Float32Array(16), { start: 32 })
  assert.equal(source.look(ACROSS_I, 1).volume, null)
})

test("a slice without a label comes without its values", async (t) => {
  const { source, take } = sourceWith(t)
  await take("labels", new Uint16Array(16), { revision: 0, blank: true, data: undefined })
  assert.deepEqual(labelsOf(source), new Array(16).fill(0))
})

test("what lies at a voxel is read from any slice through it", async (t) => {
  const { source, take } = await filled(t)
  source.look(ACROSS_J, 2)
  await take("labels", new Uint16Array(16).fill(9), { axis: 1, index: 2, revision: 0 })

  assert.deepEqual([source.valueAt([1, 2, 3]), source.idAt([1, 2, 3]), source.labelAt([3, 2, 0])], [11, 2, 9])
  assert.deepEqual([source.valueAt([0, 0, 0]), source.idAt([0, 0, 0]), source.labelAt([0, 0, 0])], [undefined, 0, 0])
  assert.deepEqual([source.valueOf(0, [1, 2, 3]), source.valueOf(1, [1, 2, 3])], [11, undefined])
})

test("the coarsest picture of the whole is asked for first, and is seen until a slice has come", async (t) => {
  const levels: Open["levels"] = [
    { shape: SHAPE, strides: [1, 1, 1] }, { shape: [2, 2, 2], strides: [2, 2, 2] }, { shape: [1, 1, 1], strides: [4, 4, 4] },
  ]
  const { source, take, said, told } = sourceWith(t, { levels, overviews: [2, 1] })
  const overviews = () => said.filter(({ verb }) => verb === "overview").map(({ level }) => level)
  assert.deepEqual(overviews(), [2])

  await take("overview", Float32Array.from([5]), { axis: -1, index: -1, level: 2 })

  const coarse = source.look(ACROSS_I, 1).volume
  assert.deepEqual([coarse?.width, coarse?.values[coarse.start], coarse?.place.dw], [1, 5, [4]])
  assert.deepEqual(told, [["redraw volume"]])
  assert.deepEqual(overviews(), [2]) // the slice itself is still to come
  await take("volume", new Float32Array(16))
  await take("labels", new Uint16Array(16), { revision: 0 })
  assert.deepEqual([overviews(), source.look(ACROSS_I, 1).volume?.width], [[2, 1], 4])
})

test("superpixels are painted on a slice that is here, and on one that comes back into view", async (t) => {
  const { source, page } = await filled(t)
  page.revision = 1

  source.paint({ ids: [2], label: 5, box: [0, 4, 0, 4, 0, 4] })

  assert.deepEqual(labelsOf(source), Array.from({ length: 16 }, (_, p) => (p < 8 ? 0 : 5)))
  assert.equal(source.labelAt([1, 3, 3]), 5)
})

test("what was painted by superpixels that go stays painted", async (t) => {
  const { source, page } = await filled(t)
  page.revision = 1
  source.paint({ ids: [1], label: 5, box: [0, 4, 0, 4, 0, 4] })

  source.takePartition({ partition: 2, count: 1, voxels: 64 })

  assert.deepEqual(labelsOf(source).slice(0, 9), [5, 5, 5, 5, 5, 5, 5, 5, 0])
  assert.deepEqual([source.hasIds, source.idAt([1, 0, 0])], [true, 0])
})

test("labels in boxes that became stale are asked for, and are not seen meanwhile", async (t) => {
  const { source, asked, page } = await filled(t)
  page.revision = 1

  source.stale([[1, 2, 0, 1, 0, 4]])

  assert.deepEqual(asked(), [["labels"]])
  assert.equal(source.labelAt([1, 3, 3]), 0)
  assert.equal(source.ready(true), false)
})

test("stale boxes beside what is looked at ask for nothing", async (t) => {
  const { source, asked, page } = await filled(t)
  page.revision = 1
  source.stale([[2, 4, 0, 4, 0, 4]])
  assert.deepEqual(asked(), [])
})

test("labels that are all replaced are asked for where one looks", async (t) => {
  const { source, asked, page } = await filled(t)
  page.revision = 8

  source.replaced()

  assert.deepEqual([asked(), source.look(ACROSS_I, 1).labels], [[["labels"]], null])
})

const previewOf = (within = 0) => {
  const sweep = new Sweep({ spacing: [1, 1, 1], axis: 0, index: 1, radius_mm: 0, is_ball: false })
  return new Preview(sweep, { label: 6, locked: new Uint8Array(65536), within })
}

test("a drag paints on the slices that are looked at, and on which it did is noted", async (t) => {
  const { source } = await filled(t)
  const preview = previewOf()

  source.brush(preview, [1, 0], [1, 2])

  assert.deepEqual(labelsOf(source).flatMap((label, p) => (label ? [p] : [])), [4, 5, 6])
  assert.deepEqual([...preview.seen], ["0/1"])
})

test("a drag within a superpixel paints nothing where superpixels are not here", async (t) => {
  const { source, take } = sourceWith(t)
  await take("labels", new Uint16Array(16), { revision: 0 })
  const preview = previewOf(1)

  source.brush(preview, [1, 0], [1, 2])

  assert.deepEqual([labelsOf(source), preview.seen.size], [new Array(16).fill(0), 0])
})

test("slices on which a refused drag was painted are asked for", async (t) => {
  const { source, asked } = await filled(t)
  const preview = previewOf()
  source.brush(preview, [1, 0], [1, 2])

  source.mistrust(preview)

  assert.deepEqual([asked(), source.labelAt([1, 1, 0])], [[["labels"]], 0])
})

test("sizes are of the superpixels that are there now", async (t) => {
  const { source, take } = await filled(t)
  await take("sizes", Uint32Array.from([40, 24]), { partition: 1 })
  assert.deepEqual([source.sizeOf(1), source.sizeOf(2), source.sizeOf(3)], [40, 24, undefined])

  source.takePartition({ partition: 2, count: 1, voxels: null })
  await take("sizes", Uint32Array.from([40, 24]), { partition: 1 })

  assert.equal(source.sizeOf(1), undefined)
})

test("it is ready when the slices across all three axes are here, with labels", async (t) => {
  const { source, take, page } = await filled(t)
  assert.equal(source.ready(true), false)
  for (const axis of [1, 2]) {
    source.look(LAYOUTS[axis], 0)
    await take("volume", new Float32Array(16), { axis, index: 0 })
    await take("labels", new Uint16Array(16), { axis, index: 0, revision: 0 })
    await take("ids", new Uint16Array(16), { axis, index: 0, partition: 1 })
  }
  assert.equal(source.ready(false), true)
  page.revision = -1
  assert.equal(source.ready(false), false)
})
