import assert from "node:assert/strict"
import { test } from "node:test"

import { frameOf, turned } from "./camera.ts"
import { sidesSeen } from "./marker.ts"

const FRONT = { position: [0, 100, 0], focus: [0, 0, 0], up: [0, 0, 1] } as const

const letters = (rightwards: number, downwards: number): string =>
  sidesSeen(frameOf(turned(FRONT, rightwards, downwards))).sort((a, b) => b.lit - a.lit).map(({ letter }) => letter).join("")

test("the side that is turned to the viewer bears its letter", () => {
  assert.equal(letters(0, 0), "A")
  assert.equal(letters(30, 0), "AR")
  assert.equal(letters(-30, 0), "AL")
  assert.equal(letters(180, 0), "P")
  assert.equal(letters(0, 60), "SA")
  assert.equal(letters(0, -60), "IA")
  assert.equal(letters(25, 20), "ARS")
})

test("its letter is upright and no mirror image", () => {
  for (const [right, down] of [[0, 0], [90, 0], [180, 0], [-90, 0]]) {
    const [{ across, down: below }] = sidesSeen(frameOf(turned(FRONT, right, down)))
    assert.ok(across[0] > 0.99 && below[1] > 0.99)
  }
})

test("corners are those of a square that is seen aslant", () => {
  const [{ corners, middle }] = sidesSeen(frameOf(FRONT))
  assert.deepEqual(corners.map((corner) => corner.map(Math.abs)), Array(4).fill([0.5, 0.5]))
  assert.deepEqual(middle.map(Math.abs), [0, 0])
})
