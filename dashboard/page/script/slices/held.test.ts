import assert from "node:assert/strict"
import { test } from "node:test"
import { HeldSlices, nameOf } from "./held.ts"

const NOWHERE = [null, null, null]

/** Slices 0 … `count` across i, of 100 bytes each. */
function heldWith(count: number, most: number) {
  const held = new HeldSlices(most)
  for (let index = 0; index < count; index++) held.hold(0, index).volume = new Uint8Array(100)
  return held
}

const indices = (held: HeldSlices) => [...held.all].map(({ index }) => index).sort()

test("a slice that is held is the same when it is asked for again", () => {
  const held = new HeldSlices()
  const slice = held.hold(1, 7)
  assert.equal(held.hold(1, 7), slice)
  assert.deepEqual([held.get(1, 7), held.named(nameOf(1, 7)), held.get(0, 7)], [slice, slice, undefined])
})

test("what was used longest ago goes first", () => {
  const held = heldWith(4, 250)
  held.use(0, 0)

  held.trim(NOWHERE)

  assert.deepEqual(indices(held), [0, 3])
})

test("what is looked at stays, whenever it was used", () => {
  const held = heldWith(4, 150)

  held.trim([1, null, null])

  assert.deepEqual(indices(held), [1, 3])
})

test("all layers of a slice count", () => {
  const held = heldWith(2, 250)
  Object.assign(held.hold(0, 1), { ids: new Uint8Array(100), labels: new Uint16Array(50) })

  held.trim(NOWHERE)

  assert.deepEqual(indices(held), []) // the last one alone is too much
})

test("to use a slice that is not held holds nothing", () => {
  const held = new HeldSlices()
  held.use(0, 3)
  assert.deepEqual([...held.all], [])
})
