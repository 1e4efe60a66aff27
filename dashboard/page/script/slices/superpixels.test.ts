import assert from "node:assert/strict"
import { test } from "node:test"
import type { Box } from "../core/protocol.ts"
import type { Values, Voxel } from "./geometry.ts"
import { Superpixels } from "./superpixels.ts"

const SHAPE: Voxel = [4, 5, 6]
const LENGTH = 120

/** Ids up to `most`, and 0, without order. */
const idsUpTo = (most: number) => Uint16Array.from({ length: LENGTH }, (_, p) => (p * 7 + Math.floor(p / 11) * 5) % (most + 1))

/** Box and size of a superpixel by asking each voxel. */
function slow(ids: Values, id: number): { size: number; box: Box } {
  const [I, J, K] = SHAPE
  const box: Box = [I, 0, J, 0, K, 0]
  let size = 0
  ids.forEach((its: number, p: number) => {
    if (its !== id) return
    size++
    ;[Math.floor(p / (J * K)), Math.floor(p / K) % J, p % K].forEach((n, axis) => {
      box[2 * axis] = Math.min(box[2 * axis], n)
      box[2 * axis + 1] = Math.max(box[2 * axis + 1], n + 1)
    })
  })
  return { size, box }
}

function assertMeasured(superpixels: Superpixels, ids: readonly number[]) {
  for (const id of ids) {
    assert.deepEqual({ size: superpixels.sizeOf(id), box: superpixels.boxOf(id) }, slow(superpixels.ids, id))
  }
}

test("each superpixel is measured, and what is in none is not", () => {
  const superpixels = new Superpixels(idsUpTo(9), SHAPE)

  assertMeasured(superpixels, [1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.equal(superpixels.sizeOf(0), 0)
  assert.equal(superpixels.sizeOf(10), undefined)
})

test("superpixels that have no voxel are not counted", () => {
  const superpixels = new Superpixels(new Uint16Array(LENGTH).fill(7, 0, 50), SHAPE)
  assert.deepEqual(superpixels.partition, { count: 1, voxels: 50 })
})

test("superpixels that are cut are measured anew, and no others", () => {
  const superpixels = new Superpixels(idsUpTo(3), SHAPE)
  superpixels.grow(5)
  superpixels.ids.forEach((id, p) => { if (id === 2) superpixels.ids[p] = [2, 4, 5][p % 3] })

  superpixels.measure([0, 4, 0, 5, 0, 6], 2, 4, 6)

  assertMeasured(superpixels, [1, 2, 3, 4, 5])
})

test("a superpixel that was joined again has no voxels left", () => {
  const superpixels = new Superpixels(idsUpTo(3), SHAPE)
  superpixels.ids.forEach((id, p) => { if (id === 3) superpixels.ids[p] = 2 })

  superpixels.measure([0, 4, 0, 5, 0, 6], 2, 3, 4)

  assertMeasured(superpixels, [1, 2])
  assert.deepEqual([superpixels.sizeOf(3), superpixels.partition.count], [0, 2])
})

test("ids of more than 16 bits find place, and those that were there stay", () => {
  const ids = idsUpTo(3)
  const superpixels = new Superpixels(ids.slice(), SHAPE)

  superpixels.grow(70_000)
  superpixels.ids[0] = 70_000

  assert.equal(superpixels.ids[0], 70_000)
  assert.deepEqual([...superpixels.ids.subarray(1)], [...ids.subarray(1)])
})
