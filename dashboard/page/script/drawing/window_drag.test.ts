import assert from "node:assert/strict"
import { test } from "node:test"
import { draggedWindow } from "./window_drag.ts"

const near = (found: number[], expected: number[]) =>
  found.forEach((n, at) => assert.ok(Math.abs(n - expected[at]) < 1e-9, `${found.join()} for ${expected.join()}`))

test("a drag across widens a window about its middle, and back narrows it", () => {
  near(draggedWindow([0, 100], 200 * Math.log(3), 0), [-100, 200])
  near(draggedWindow(draggedWindow([20, 80], 57, 0), -57, 0), [20, 80])
})

test("a drag down by 400 pixels raises the level by the width", () => {
  near(draggedWindow([0, 100], 0, 400), [100, 200])
  near(draggedWindow([0, 100], 0, -200), [-50, 50])
})

test("a window that is not dragged stays", () => near(draggedWindow([-150, 250], 0, 0), [-150, 250]))
