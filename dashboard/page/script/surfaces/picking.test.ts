import assert from "node:assert/strict"
import { test } from "node:test"

import type { Mesh } from "./meshes.ts"
import { firstHit } from "./picking.ts"
import { type Pick, PICK, listenToPicks, voxelAt } from "./picks.ts"

/** A square across y that faces anterior. */
const square = (y: number, half = 10): Mesh => ({
  vertices: Float32Array.from([-half, y, -half, -half, y, half, half, y, half, half, y, -half]),
  faces: Uint32Array.from([0, 1, 2, 0, 2, 3]),
})

const RAY = { from: [1, 100, 2], along: [0, -1, 0] } as const

test("the nearest surface is hit, and the place lies inside it", () => {
  assert.deepEqual(firstHit(RAY, [[3, square(5)], [4, square(20)], [5, square(-3)]], 0.5), { label: 4, away: 80, ras: [1, 19.5, 2] })
})

test("what lies aside or behind is not hit", () => {
  assert.equal(firstHit({ ...RAY, from: [11, 100, 0] }, [[3, square(5)]], 0), null)
  assert.equal(firstHit({ ...RAY, from: [0, 0, 0] }, [[3, square(5)]], 0), null)
  assert.equal(firstHit(RAY, [], 0), null)
})

const OBLIQUE = { affine: [[0, -2, 0, 10], [0.5, 0, 0, -4], [0, 0, 3, 7], [0, 0, 0, 1]], shape: [8, 9, 10] }

test("a place in mm is found as its voxel, and one outside as that at the rim", () => {
  assert.deepEqual(voxelAt(OBLIQUE, [10 - 2 * 4, -4 + 0.5 * 3, 7 + 3 * 6]), [3, 4, 6])
  assert.deepEqual(voxelAt(OBLIQUE, [10 - 2 * 4.4, -4 + 0.5 * 2.6, 7 + 3 * 5.6]), [3, 4, 6])
  assert.deepEqual(voxelAt(OBLIQUE, [1000, -1000, 1000]), [0, 0, 9])
})

test("a pick chooses its label and moves the cursor; without a volume it does nothing", () => {
  const el = new EventTarget() as HTMLElement
  const did: unknown[] = []
  let opened: typeof OBLIQUE | null = null
  listenToPicks(el, { opened: () => opened, choose: (label) => did.push(label), moveTo: (ijk) => did.push(ijk) })
  const pick = (detail: Pick) => el.dispatchEvent(new CustomEvent(PICK, { detail }))
  pick({ label: 3, ras: [0, 0, 0] })
  opened = OBLIQUE
  pick({ label: 3, ras: [10, -4, 7] })
  assert.deepEqual(did, [3, [0, 0, 0]])
})
