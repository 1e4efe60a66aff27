import assert from "node:assert/strict"
import { test } from "node:test"
import { doneOf, nearestStep, numberAt, placeOf, taken } from "./scale.ts"

test("a slider stands at the nearest step, and in its range", () => {
  const steps = { min: -3, max: 7, step: 2 }
  assert.deepEqual([-9, -2.1, -1.9, 4.2, 99].map((value) => nearestStep(value, steps)), [-3, -3, -1, 5, 7])
  assert.equal(nearestStep(0.3704, { min: 0, max: 1, step: 0.001 }), 0.37)
})

test("a slider without a range has nothing behind it", () => {
  assert.equal(doneOf(2, { min: 2, max: 2, step: 1 }), 0)
  assert.equal(doneOf(5, { min: 0, max: 20, step: 1 }), 25)
})

test("a logarithmic scale has the same factor in each half", () => {
  const scale = { min: 10, max: 1000, log: true }
  assert.ok(Math.abs(numberAt(500, scale) - 100) < 1e-9)
  assert.deepEqual([10, 100, 1000, 5000].map((value) => placeOf(value, scale)), [0, 500, 1000, 1000])
})

test("a linear scale has its middle in the middle", () => {
  const scale = { min: -5, max: 15 }
  assert.deepEqual([numberAt(0, scale), numberAt(500, scale), numberAt(1000, scale)], [-5, 5, 15])
  assert.deepEqual([placeOf(5, scale), placeOf(3, { min: 3, max: 3 })], [500, 0])
})

test("a field takes more than its slider reaches, where that is said, and few digits", () => {
  assert.equal(taken(123456, { min: 10, max: 50000 }), 50000)
  assert.equal(taken(123456, { min: 10, max: 50000, most: 1e6, digits: 6 }), 123456)
  assert.equal(taken(1.23456, { min: 1, max: 10 }), 1.23)
  assert.equal(taken(-7, { min: 0, max: 1 }), 0)
})
