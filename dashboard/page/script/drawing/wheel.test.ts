import assert from "node:assert/strict"
import { test } from "node:test"
import { wheelNotches } from "./wheel.ts"

const [PIXELS, LINES] = [0, 1]
const steps = (turns: number[], deltaMode = PIXELS) => {
  const isNotch = wheelNotches()
  return turns.map((deltaY) => isNotch({ deltaY, deltaMode }))
}

test("a trackpad's many small turns are one step", () => {
  assert.deepEqual(steps([15, 15, 15, 15, 15, 15]), [false, false, true, false, false, true])
})

test("a turn the other way begins anew", () => {
  assert.deepEqual(steps([30, -30, -9, -1]), [false, false, false, true])
})

test("each notch of a wheel is a step, whether it is told in pixels or in lines", () => {
  assert.deepEqual(steps([120, 120, -120]), [true, true, true])
  assert.deepEqual(steps([3, 3, -3], LINES), [true, true, true])
})
