import assert from "node:assert/strict"
import { test } from "node:test"
import { BEFORE, FIRST, dragWith } from "./drag.fake.ts"

test("a click moves the crosshair", () => {
  const { drag, done, release } = dragWith()

  drag.press()
  release([50, 51])

  assert.deepEqual(done, [["tap", BEFORE], ["move to", [50, 50, 0]]])
})

test("the second of two clicks enlarges the view, and leaves the crosshair where it was before the first", () => {
  const { drag, done, release } = dragWith({ isSecond: true })

  drag.press()
  release([50, 50])

  assert.deepEqual(done, [["tap", BEFORE], ["move to", FIRST], ["enlarge"]])
})

test("a hand that trembles clicks, and is told nothing", () => {
  const { drag, stores, release } = dragWith()

  drag.press()
  release([51, 51], 900)

  assert.equal(stores.view.state.hint, "")
})

test("a quick short stroke is taken for a click, and that is told", () => {
  const { drag, done, stores, release } = dragWith()

  drag.press()
  release([53, 50], 100)

  assert.deepEqual(done.at(-1), ["move to", [50, 50, 0]])
  assert.match(stores.view.state.hint, /^Taken as a click/)
})

test("a slow short stroke is a stroke of the points on its way", () => {
  const { drag, done, release } = dragWith()

  drag.press()
  drag.move([52, 50])
  release([54, 50], 250)

  assert.deepEqual(done, [["dropped", [5, 5.2, 5.4], [5, 5, 5]]])
})

test("a click splits the superpixel under it", () => {
  const { drag, done, release } = dragWith({ tool: "split" })

  drag.press()
  release([51, 51])

  assert.deepEqual(done, [["dropped", [5], [5]]])
})

test("a short stroke that would not be taken is not sent, and a hint says why", () => {
  const { drag, done, stores, release } = dragWith({ tool: "split" })
  stores.connection.set({ lost: true })

  drag.press()
  release([50, 50])

  assert.deepEqual([done, stores.view.state.hint], [[], "The server does not answer: this stroke is not taken"])
})

test("Bokeh is told that a button is down where it went down, but not before the mouse has moved", () => {
  const { drag, done, stores, release } = dragWith()

  drag.press()
  drag.move([54, 50])
  assert.deepEqual([done, stores.editor.state.drawing], [[], false])
  drag.move([60, 50])
  assert.equal(stores.editor.state.drawing, true)
  release([70, 50])

  assert.deepEqual(done, [["stroke"], ["pointerdown", 50, 50], ["pointermove", 60, 50], ["pointermove", 70, 50], ["pointerup", 70, 50]])
  assert.deepEqual([stores.editor.state.drawing, stores.view.state.hint], [false, ""])
})

test("Bokeh is told of no point outside the pane but the last, where the button goes up", () => {
  const { drag, done, release } = dragWith()

  drag.press()
  drag.move([90, 50])
  drag.move([130, 50]) // over the edge
  drag.move([140, 60]) // outside
  drag.move([80, 60]) // and back
  release([120, 60])

  const moves = done.filter(([what]) => what === "pointermove").map(([, x, y]) => [x, y])
  assert.deepEqual(moves, [[90, 50], [99, 50], [80, 60], [99, 60]])
  assert.deepEqual(done.at(-1), ["pointerup", 120, 60])
})

test("a stroke that Bokeh did not draw is told of", () => {
  const { drag, stores, release } = dragWith({ isTaken: false })

  drag.press()
  drag.move([70, 50])
  release([70, 50])

  assert.match(stores.view.state.hint, /^The slice did not take this stroke/)
})

test("a stroke of which nothing is seen says why", () => {
  const { drag, stores, release } = dragWith()
  stores.view.set({ labels_shown: false })

  drag.press()
  drag.move([70, 50])
  release([70, 50])

  assert.equal(stores.view.state.hint, "Labels are hidden: press S to see what you draw")
})

test("no stroke is begun that would not be taken, and a hint says why", () => {
  const { drag, done, stores, release } = dragWith()
  stores.connection.set({ takesOver: true })

  drag.press()
  drag.move([70, 50])
  release([80, 50])

  assert.deepEqual([done, stores.view.state.hint], [[], "Taking over: draw when the bar says that it is saved"])
})

test("a stroke that is given up ends for Bokeh, and nobody draws any more", () => {
  const { drag, done, stores } = dragWith()

  drag.press()
  drag.move([70, 50])
  drag.giveUp()

  assert.deepEqual(done.slice(-2), [["given up"], ["pointerup", 70, 50]])
  assert.equal(stores.editor.state.drawing, false)
})

test("a drag that ended unseen is no click", () => {
  const { drag, done } = dragWith()

  drag.press()
  drag.finish()

  assert.deepEqual(done, [])
})

test("a drag that the system ended is no click", () => {
  const { drag, done, release } = dragWith()

  drag.press()
  release([50, 50], 50, "pointercancel")

  assert.deepEqual(done, [])
})

test("a brush paints from the press on, inside the pane", () => {
  const { drag, done, release } = dragWith({ tool: "brush" })

  drag.press()
  drag.move([52, 50])
  release([150, 50])

  assert.deepEqual(done, [["paint", [50, 50]], ["paint on", [52, 50]], ["paint on", [99, 50]], ["painted"]])
})

test("a brush that is given up takes back what it painted", () => {
  const { drag, done } = dragWith({ tool: "brush" })

  drag.press()
  drag.giveUp()

  assert.deepEqual(done, [["paint", [50, 50]], ["unpainted"]])
})

test("a brush that may not paint draws no line", () => {
  const { drag, done, release } = dragWith({ tool: "brush", isTaken: false })

  drag.press()
  drag.move([70, 50])
  release([80, 50])

  assert.deepEqual(done, [["paint", [50, 50]]])
})

test("a finger paints when it has moved, from where it went down", () => {
  const { drag, done } = dragWith({ tool: "brush" })

  drag.move([52, 50])
  assert.deepEqual(done, [])
  drag.move([60, 50])

  assert.deepEqual(done, [["paint", [50, 50]], ["paint on", [60, 50]]])
})

test("a finger that is lifted where it went down dabs", () => {
  const { done, release } = dragWith({ tool: "brush" })

  release([51, 50])

  assert.deepEqual(done, [["paint", [50, 50]], ["painted"]])
})

test("the crosshair follows a drag from the press on", () => {
  const { drag, done, release } = dragWith({ tool: "cursor" })

  drag.press()
  drag.move([60, 50])
  release([70, 50])

  assert.deepEqual(done, [["move to", [50, 50, 0]], ["move to", [60, 50, 0]], ["move to", [70, 50, 0]]])
})

test("the window follows a drag, step by step", () => {
  const { drag, done, release } = dragWith({ tool: "window" })

  drag.press()
  drag.move([60, 45])
  release([60, 40])

  assert.deepEqual(done, [["window", 10, -5], ["window", 0, -5]])
})

test("the middle button, or Shift, moves the slice; the right one zooms where it went down", () => {
  for (const press of [{ button: 1 }, { shiftKey: true }]) {
    const { drag, done } = dragWith(press)
    drag.press()
    drag.move([60, 45])
    assert.deepEqual(done, [["pan", 10, -5]])
  }
  const { drag, done } = dragWith({ button: 2 })
  drag.press()
  drag.move([60, 50 - 150])
  assert.deepEqual(done, [["zoom", Math.E, 50, 50]])
})

test("a tool that is chosen during a stroke goes on from there, and the stroke is ended", () => {
  const { drag, done, stores, release } = dragWith()

  drag.press()
  drag.move([70, 50])
  stores.editor.set({ tool: "window" })
  drag.move([80, 50])
  release([80, 50])

  assert.deepEqual(done.slice(3), [["window", 10, 0], ["window", 0, 0], ["pointerup", 80, 50]])
})

test("the focus that Bokeh gives its figure draws no dotted frame", () => {
  assert.equal(dragWith().target.style.outline, "none")
})
