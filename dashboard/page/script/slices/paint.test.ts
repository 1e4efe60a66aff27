import assert from "node:assert/strict"
import { test } from "node:test"
import { cut, toVoxel, indexOf, type Cut, type Values, type Voxel } from "./geometry.ts"
import { layoutsOf } from "./layouts.fake.ts"
import { DARKEST, isBlank, paintColors, paintIntensities, paintLabels } from "./paint.ts"

const SHAPE: Voxel = [3, 4, 5]
const NUMBERED = Int16Array.from({ length: 60 }, (_, p) => p - 30)

/** A row of values as a slice. */
const rowOf = (values: Values): Cut =>
  ({ values, width: values.length, height: 1, start: 0, right: 1, up: values.length, place: { x: [0], y: [0], dw: [1], dh: [1] } })

test("each intensity is written where its voxel lies, however the slice lies", () => {
  for (const layout of layoutsOf(SHAPE)) {
    const slice = cut(NUMBERED, layout, SHAPE, 1)
    const image = new Float32Array(slice.width * slice.height)

    paintIntensities(image, slice)

    image.forEach((value, n) => {
      assert.equal(value, NUMBERED[indexOf(SHAPE, toVoxel(layout, 1, n % slice.width, Math.floor(n / slice.width)))])
    })
  }
})

test("what is no number is background", () => {
  const image = new Float32Array(4)
  paintIntensities(image, rowOf(Float32Array.from([NaN, 3, Infinity, -Infinity])))
  assert.deepEqual([...image], [DARKEST, 3, DARKEST, DARKEST].map(Math.fround))
})

test("a second volume has its colours from one end of its window to the other, and none where it is no number", () => {
  const colors = Uint32Array.from({ length: 256 }, (_, n) => 1000 + n)
  const image = new Uint32Array(6).fill(7)

  paintColors(image, rowOf(Float32Array.from([-5, 10, 50, 110, 500, NaN])), [10, 110], colors)

  assert.deepEqual([...image], [1000, 1000, 1102, 1255, 1255, 0])
})

test("a window without a width has colours all the same", () => {
  const image = new Uint32Array(2)
  paintColors(image, rowOf(Float32Array.from([3, 4])), [3, 3], Uint32Array.from({ length: 256 }, (_, n) => n))
  assert.deepEqual([...image], [0, 255])
})

test("labels have their colours and the opacity; what has none, or is hidden, is not seen", () => {
  const [colors, hidden] = [new Uint32Array(10), new Uint8Array(10)]
  colors.set([0xdd, 0x0000ff, 0x00ff00], 0)
  hidden[2] = 1
  const image = new Uint32Array(3).fill(9)

  paintLabels(image, rowOf(Uint16Array.from([0, 1, 2])), { colors, hidden, opacity: 0.5 })

  assert.deepEqual([...image], [0, 0x800000ff, 0])
})

test("only a part is written, if one is given", () => {
  for (const layout of layoutsOf(SHAPE)) {
    const slice = cut(new Uint16Array(60).fill(1), layout, SHAPE, 0)
    const image = new Uint32Array(slice.width * slice.height).fill(9)

    paintLabels(image, slice, { colors: Uint32Array.from([0, 5]), hidden: new Uint8Array(2), opacity: 0 }, [1, slice.width, 0, 2])

    image.forEach((pixel, n) => assert.equal(pixel, n % slice.width >= 1 && n < 2 * slice.width ? 5 : 9))
  }
})

test("a slice is blank until one of its own voxels has a label", () => {
  for (const layout of layoutsOf(SHAPE)) {
    const labels = new Uint16Array(60)
    labels[indexOf(SHAPE, [1, 1, 1])] = 3
    assert.deepEqual([0, 1].map((index) => isBlank(cut(labels, layout, SHAPE, index))), [true, false])
  }
})
