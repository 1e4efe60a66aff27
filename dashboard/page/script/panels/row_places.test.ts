import assert from "node:assert/strict"
import { test } from "node:test"
import { scrolledTo, withBesides } from "./row_places.ts"

test("wanted rows stand among the others, each once, and none is -1", () => {
  assert.deepEqual(withBesides([4, 5, 6], [900, 5, -1, 2]), [2, 4, 5, 6, 900])
})

test("a list scrolls only as far as shows the row", () => {
  const at = (scrollTop: number) => ({ scrollTop, clientHeight: 100 })
  assert.equal(scrolledTo(3, 20, at(60)), 60)
  assert.equal(scrolledTo(3, 20, at(0)), 0)
  assert.equal(scrolledTo(3, 20, at(70)), 60)
  assert.equal(scrolledTo(10, 20, at(0)), 120)
})
