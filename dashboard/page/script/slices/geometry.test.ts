import assert from "node:assert/strict"
import { test } from "node:test"
import type { Axis, Box, Layout } from "../core/protocol.ts"
import {
  cut, eachRow, endsOf, indexOf, isInside, meets, partOf, stridesOf, toCanvas, toVoxel, toWorld, unionOf, type Voxel,
} from "./geometry.ts"
import { layoutsOf } from "./layouts.fake.ts"

const SHAPE: Voxel = [3, 4, 5]
const NUMBERED = Uint16Array.from({ length: 60 }, (_, p) => p)

/** Every voxel of a shape. */
const voxelsOf = ([I, J, K]: Voxel): Voxel[] =>
  Array.from({ length: I * J * K }, (_, p) => [Math.floor(p / (J * K)), Math.floor(p / K) % J, p % K])

const everyLayout = (check: (layout: Layout) => void) => { for (const layout of layoutsOf(SHAPE)) check(layout) }

test("a voxel lies where the strides say", () => {
  const [i, j, k] = stridesOf(SHAPE)
  for (const ijk of voxelsOf(SHAPE)) assert.equal(indexOf(SHAPE, ijk), i * ijk[0] + j * ijk[1] + k * ijk[2])
  assert.equal(indexOf(SHAPE, [2, 3, 4]), 59)
})

test("what lies outside of the volume is told apart, on each of its sides", () => {
  assert.equal(voxelsOf(SHAPE).every((ijk) => isInside(SHAPE, ijk)), true)
  for (const axis of [0, 1, 2]) for (const n of [-1, SHAPE[axis]]) {
    const ijk: Voxel = [1, 1, 1]
    ijk[axis] = n
    assert.equal(isInside(SHAPE, ijk), false)
  }
})

test("a voxel is found again where it is drawn, however its axes are laid", () => {
  everyLayout((layout) => {
    for (const ijk of voxelsOf(SHAPE)) {
      const [x, y] = toCanvas(layout, ijk)
      for (const [dx, dy] of [[0, 0], [0.49, -0.49], [-0.5, 0.3]]) assert.deepEqual(toVoxel(layout, ijk[layout.axis], x + dx, y + dy), ijk)
    }
  })
})

test("a reversed axis begins at its last voxel", () => {
  const x: Axis = { index: 0, size: 3, reversed: true, letters: ["R", "L"] }
  const layout: Layout = { axis: 2, x, y: { index: 1, size: 4, reversed: false, letters: ["P", "A"] } }

  assert.deepEqual(toCanvas(layout, [0, 1, 4]), [2, 1])
  assert.deepEqual(toVoxel(layout, 4, 0, 0), [2, 0, 4])
  assert.deepEqual(toVoxel(layout, 4, 3, -1), [-1, -1, 4]) // beside the volume, on the side on which it is seen
})

test("a slice holds, in the order of its canvas, the values of its voxels", () => {
  everyLayout((layout) => {
    for (let index = 0; index < SHAPE[layout.axis]; index++) {
      const { values, width, height, start, right, up } = cut(NUMBERED, layout, SHAPE, index)
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
        assert.equal(values[start + x * right + y * up], indexOf(SHAPE, toVoxel(layout, index, x, y)))
      }
      assert.deepEqual([width, height], [layout.x.size, layout.y.size])
    }
  })
})

test("a slice lies over its voxels, whose centres are whole numbers", () => {
  everyLayout((layout) => {
    const { place } = cut(NUMBERED, layout, SHAPE, 0)
    assert.deepEqual(place, { x: [-0.5], y: [-0.5], dw: [layout.x.size], dh: [layout.y.size] })
  })
})

test("a slice by itself is walked as the one of the volume", () => {
  everyLayout((layout) => {
    const across = SHAPE.map((size, axis) => (axis === layout.axis ? 1 : size)) as Voxel
    const whole = cut(NUMBERED, layout, SHAPE, 2)
    const alone = new Uint16Array(whole.width * whole.height)
    for (const ijk of voxelsOf(SHAPE).filter((each) => each[layout.axis] === 2)) {
      const there: Voxel = [...ijk]
      there[layout.axis] = 0
      alone[indexOf(across, there)] = NUMBERED[indexOf(SHAPE, ijk)]
    }
    const slice = cut(alone, layout, across, 0)
    for (let n = 0; n < alone.length; n++) {
      const [x, y] = [n % slice.width, Math.floor(n / slice.width)]
      assert.equal(alone[slice.start + x * slice.right + y * slice.up], NUMBERED[whole.start + x * whole.right + y * whole.up])
    }
  })
})

test("a coarse slice lies so that each of its voxels covers those for which it stands", () => {
  const strides: Voxel = [2, 3, 2]
  const coarse: Voxel = [2, 2, 3] // the last ones reach over the volume
  everyLayout((layout) => {
    const { place, width, height } = cut(new Float32Array(12), layout, coarse, 0, strides)
    const [cellX, cellY] = [place.dw[0] / width, place.dh[0] / height]
    assert.deepEqual([cellX, cellY], [strides[layout.x.index], strides[layout.y.index]])
    for (const ijk of voxelsOf(SHAPE)) {
      const [x, y] = toCanvas(layout, ijk)
      const cell = (axis: Layout["x"], at: number) => (axis.reversed ? coarse[axis.index] - 1 - at : at)
      assert.equal(cell(layout.x, Math.floor((x - place.x[0]) / cellX)), Math.floor(ijk[layout.x.index] / strides[layout.x.index]))
      assert.equal(cell(layout.y, Math.floor((y - place.y[0]) / cellY)), Math.floor(ijk[layout.y.index] / strides[layout.y.index]))
    }
  })
})

test("the part of a slice in a box holds those of its voxels that are in it, and no other", () => {
  const box: Box = [1, 3, 0, 2, 2, 9] // reaches over the volume
  const isIn = (ijk: Voxel) => ijk.every((n, axis) => n >= box[2 * axis] && n < box[2 * axis + 1])
  everyLayout((layout) => {
    const [x0, x1, y0, y1] = partOf(layout, endsOf(box))
    for (const ijk of voxelsOf(SHAPE)) {
      const [x, y] = toCanvas(layout, ijk)
      const isInPart = [x >= x0, x < x1, y >= y0, y < y1].every(Boolean)
      assert.equal(isInPart && meets(box, { axis: layout.axis, index: ijk[layout.axis] }), isIn(ijk))
    }
    assert.deepEqual([Math.min(x0, y0, 0), Math.max(x1, layout.x.size), Math.max(y1, layout.y.size)], [0, layout.x.size, layout.y.size])
  })
})

test("the rows of a box are its voxels, each once", () => {
  const box: Box = [1, 3, 1, 2, 2, 5]
  const found: number[] = []

  eachRow(SHAPE, box, (start, end) => { for (let p = start; p < end; p++) found.push(p) })

  const inside = voxelsOf(SHAPE).filter((ijk) => ijk.every((n, axis) => n >= box[2 * axis] && n < box[2 * axis + 1]))
  assert.deepEqual(found, inside.map((ijk) => indexOf(SHAPE, ijk)))
})

test("a union holds both of its boxes, and is not larger", () => {
  assert.deepEqual(unionOf<Box>([1, 3, 0, 2, 5, 6], [0, 2, 1, 4, 5, 9]), [0, 3, 0, 4, 5, 9])
})

test("an empty box meets no slice", () => {
  assert.equal(meets([2, 2, 0, 4, 0, 5], { axis: 0, index: 2 }), false)
  assert.equal(meets([2, 3, 0, 4, 0, 5], { axis: 0, index: 2 }), true)
})

test("a voxel of an oblique volume lies where its affine says", () => {
  const [cos, sin] = [Math.cos(0.3), Math.sin(0.3)]
  const affine = [[2 * cos, -3 * sin, 0, -10], [2 * sin, 3 * cos, 0, 20], [0, 0, 4, -30], [0, 0, 0, 1]]

  assert.deepEqual(toWorld(affine, [0, 0, 0]), [-10, 20, -30])
  const [x, y, z] = [10 * cos - 21 * sin - 10, 10 * sin + 21 * cos + 20, -22]
  toWorld(affine, [5, 7, 2]).forEach((mm, n) => assert.ok(Math.abs(mm - [x, y, z][n]) < 1e-9))
})
