import assert from "node:assert/strict"
import { test } from "node:test"
import type { Box } from "../core/protocol.ts"
import type { Voxel } from "./geometry.ts"
import { nameOf, type HeldSlice } from "./held.ts"
import { LatestEdits } from "./latest_edits.ts"

const SHAPE: Voxel = [1, 3, 4] // of a slice across i by itself
const ALL: Box = [0, 9, 0, 3, 0, 4]
const IDS = Uint16Array.from([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3])
const NOT_SEEN: ReadonlySet<string> = new Set()

const sliceWith = (change: Partial<HeldSlice> = {}): HeldSlice =>
  ({ axis: 0, index: 4, volume: null, ids: IDS, partition: 1, labels: new Uint16Array(12), revision: 0, stale: false, ...change })

const painted = (revision: number, ids: number[], label: number, change = {}) =>
  ({ revision, partition: 1, ids, label, box: ALL, ...change })

function editsOf(...edits: Parameters<LatestEdits["add"]>[0][]) {
  const latest = new LatestEdits()
  latest.clear(0)
  for (const edit of edits) latest.add(edit)
  return latest
}

test("superpixels have the label of the last edit that gave them one", () => {
  const slice = sliceWith()

  editsOf(painted(1, [1, 2], 5), painted(2, [2], 6)).bring(slice, IDS, SHAPE)

  assert.deepEqual([...slice.labels ?? []], [5, 5, 6, 6, 5, 5, 6, 6, 0, 0, 0, 0])
  assert.deepEqual([slice.revision, slice.stale], [2, false])
})

test("what is not in any superpixel can be given a label too", () => {
  const slice = sliceWith()
  editsOf(painted(1, [0], 5)).bring(slice, new Uint16Array(12), SHAPE)
  assert.deepEqual([...slice.labels ?? []], new Array(12).fill(5))
})

test("an edit that the slice already has is not done again", () => {
  const slice = sliceWith({ revision: 1 })
  editsOf(painted(1, [1], 5), painted(2, [3], 6)).bring(slice, IDS, SHAPE)
  assert.deepEqual([...slice.labels ?? []], [0, 0, 0, 0, 0, 0, 0, 0, 6, 6, 6, 6])
})

test("only the boxes of the edits are written", () => {
  const slice = sliceWith()
  editsOf(painted(1, [1, 2, 3], 5, { box: [4, 5, 1, 3, 0, 1] })).bring(slice, IDS, SHAPE)
  assert.deepEqual([...slice.labels ?? []], [0, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0])
})

test("an edit beside the slice leaves it as it is, but later", () => {
  const slice = sliceWith()
  editsOf(painted(1, [1], 5, { box: [5, 9, 0, 3, 0, 4] })).bring(slice, IDS, SHAPE)
  assert.deepEqual([[...slice.labels ?? []], slice.revision], [new Array(12).fill(0), 1])
})

test("labels are taken away where superpixels of another partition were painted, or are not here", () => {
  for (const [ids, partition] of [[IDS, 2], [null, 1]] as const) {
    const slice = sliceWith({ partition })
    editsOf(painted(1, [1], 5)).bring(slice, ids, SHAPE)
    assert.equal(slice.labels, null)
  }
})

test("labels in a box that became stale are taken off, and asked for", () => {
  const slice = sliceWith({ labels: new Uint16Array(12).fill(8) })

  editsOf({ revision: 1, boxes: [[4, 5, 0, 2, 1, 3]], seen: NOT_SEEN }).bring(slice, null, SHAPE)

  assert.deepEqual([...slice.labels ?? []], [8, 0, 0, 8, 8, 0, 0, 8, 8, 8, 8, 8])
  assert.equal(slice.stale, true)
})

test("where the hand was seen to change them they stay until the server's come", () => {
  const slice = sliceWith({ labels: new Uint16Array(12).fill(8) })

  editsOf({ revision: 1, boxes: [ALL], seen: new Set([nameOf(0, 4)]) }).bring(slice, null, SHAPE)

  assert.deepEqual([[...slice.labels ?? []], slice.stale], [new Array(12).fill(8), true])
})

test("a stale box beside the slice is none of its own", () => {
  const slice = sliceWith({ labels: new Uint16Array(12).fill(8) })
  editsOf({ revision: 1, boxes: [[5, 9, 0, 3, 0, 4]], seen: NOT_SEEN }).bring(slice, null, SHAPE)
  assert.deepEqual([[...slice.labels ?? []], slice.stale], [new Array(12).fill(8), false])
})

test("labels of before the first edit that is known cannot be brought up to date", () => {
  const latest = editsOf(...Array.from({ length: 302 }, (_, n) => painted(n + 1, [1], n)))
  const [early, late] = [sliceWith({ revision: 1 }), sliceWith({ revision: 2 })]

  for (const slice of [early, late]) latest.bring(slice, IDS, SHAPE)

  assert.equal(early.labels, null)
  assert.equal(late.labels?.[0], 301)
})

test("after all labels were replaced the older ones are of no use", () => {
  const latest = editsOf(painted(1, [1], 5))
  latest.clear(2)
  const [before, after] = [sliceWith({ revision: 1 }), sliceWith({ revision: 2 })]

  for (const slice of [before, after]) latest.bring(slice, IDS, SHAPE)

  assert.deepEqual([before.labels, after.labels?.length], [null, 12])
})

test("a slice across another axis is painted along its own rows", () => {
  const slice = sliceWith({ axis: 2, index: 1, labels: new Uint16Array(6) })
  const ids = Uint16Array.from([1, 2, 1, 2, 1, 2])

  editsOf(painted(1, [2], 5, { box: [1, 2, 0, 3, 1, 2] })).bring(slice, ids, [2, 3, 1])

  assert.deepEqual([...slice.labels ?? []], [0, 0, 0, 5, 0, 5])
})
