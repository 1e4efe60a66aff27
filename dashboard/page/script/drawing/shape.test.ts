import assert from "node:assert/strict"
import { test } from "node:test"
import { shapeOf, within, type Ids, type Shape } from "./shape.ts"

/** Numbers from 0 to 1 that look random, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16807) % 2147483647) / 2147483647
}

/** A cut of 5 rows and 7 columns, in any of the ways in which one may lie in an array: by itself, or in a volume. */
function* cuts(): Generator<Ids> {
  const random = numbers(7)
  const [width, height] = [7, 5]
  for (const isTurned of [false, true]) for (const signs of [[1, 1], [1, -1], [-1, 1], [-1, -1]]) for (const deep of [1, 3]) {
    for (let n = 0; n < 20; n++) {
      const values = Uint16Array.from({ length: width * height * deep }, () => Math.floor(random() * 3.4))
      const steps = isTurned ? [height * deep, deep] : [deep, width * deep]
      const [right, up] = steps.map((step, at) => step * signs[at])
      const start = (right < 0 ? (width - 1) * -right : 0) + (up < 0 ? (height - 1) * -up : 0) + (deep - 1)
      yield { values, width, height, start, right, up }
    }
  }
}

const idAt = ({ values, width, height, start, right, up }: Ids, x: number, y: number): number =>
  x < 0 || y < 0 || x >= width || y >= height ? 0 : values[start + y * up + x * right]

/** Each voxel of a superpixel, by looking at all of them. */
function voxelsOf(ids: Ids, id: number): string[] {
  const found = []
  for (let y = 0; y < ids.height; y++) for (let x = 0; x < ids.width; x++) if (idAt(ids, x, y) === id) found.push(`${x} ${y}`)
  return found
}

const voxelsIn = ({ runs }: Shape): string[] => runs.flatMap(([y, x0, x1]) => Array.from({ length: x1 - x0 }, (_, n) => `${x0 + n} ${y}`))

test("the runs of a superpixel are its voxels, each once, and each run as long as it can be", () => {
  for (const ids of cuts()) for (const id of [1, 2, 9]) {
    const shape = shapeOf(ids, id)
    assert.deepEqual(shape ? voxelsIn(shape) : [], voxelsOf(ids, id))
    for (const [y, x0, x1] of shape?.runs ?? []) assert.ok(idAt(ids, x0 - 1, y) !== id && idAt(ids, x1, y) !== id)
  }
})

/** Each piece of a line, one voxel long: how it runs, and where it begins. */
function piecesIn({ lines: { across, up }, left, bottom }: Shape): string[] {
  const pieces = []
  for (let n = 0; n < across.length; n += 3) {
    for (let x = across[n + 1]; x < across[n + 2]; x++) pieces.push(`across ${x + left} ${across[n] + bottom}`)
  }
  for (let n = 0; n < up.length; n += 3) {
    for (let y = up[n + 1]; y < up[n + 2]; y++) pieces.push(`up ${up[n] + left} ${y + bottom}`)
  }
  return pieces.sort()
}

/** Where a superpixel and its surroundings meet, at the edge of the slice too. */
function piecesAround(ids: Ids, id: number): string[] {
  const pieces = []
  for (let y = 0; y <= ids.height; y++) for (let x = 0; x <= ids.width; x++) {
    const [isIn, isLeft, isBelow] = [idAt(ids, x, y), idAt(ids, x - 1, y), idAt(ids, x, y - 1)].map((other) => other === id)
    if (isIn !== isLeft) pieces.push(`up ${x} ${y}`)
    if (isIn !== isBelow) pieces.push(`across ${x} ${y}`)
  }
  return pieces.sort()
}

test("the lines around a superpixel run between it and all else", () => {
  for (const ids of cuts()) for (const id of [1, 2]) {
    const shape = shapeOf(ids, id)
    assert.ok(shape)
    assert.deepEqual(piecesIn(shape), piecesAround(ids, id))
  }
})

test("no voxel of a superpixel lies where it is not looked for", () => {
  for (const ids of cuts()) for (const id of [1, 2, 9]) {
    const { x0, x1, y0, y1 } = within(ids, id)
    for (const voxel of voxelsOf(ids, id)) {
      const [x, y] = voxel.split(" ").map(Number)
      assert.ok(x >= x0 && x < x1 && y >= y0 && y < y1)
    }
  }
})

test("of a slice by itself only those lines are looked at in which the superpixel is", () => {
  const values = new Uint8Array(7 * 5)
  values.fill(3, 2 * 7 + 1, 3 * 7 + 4) // in rows 2 and 3 of the array

  assert.deepEqual(within({ values, width: 7, height: 5, start: 0, right: 1, up: 7 }, 3), { x0: 0, x1: 7, y0: 2, y1: 4 })
  assert.deepEqual(within({ values, width: 7, height: 5, start: 28, right: 1, up: -7 }, 3), { x0: 0, x1: 7, y0: 1, y1: 3 })
  assert.deepEqual(within({ values, width: 5, height: 7, start: 0, right: 7, up: 1 }, 3), { x0: 2, x1: 4, y0: 0, y1: 7 })
  assert.deepEqual(within({ values, width: 7, height: 5, start: 0, right: 1, up: 7 }, 4), { x0: 0, x1: 7, y0: 0, y1: 0 })
})
