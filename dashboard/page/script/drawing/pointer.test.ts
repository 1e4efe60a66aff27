import assert from "node:assert/strict"
import { test } from "node:test"
import type { Parts } from "../core/parts.ts"
import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import { Grip } from "./fingers.ts"
import { listenToPointer } from "./pointer.ts"

type Listener = (event: unknown) => void
type Done = unknown[][]

/** What is listened to. */
class FakeTarget {
  readonly listeners: [name: string, listener: Listener][] = []
  addEventListener(name: string, listener: Listener) { this.listeners.push([name, listener]) }
  hear(name: string, event: unknown) { for (const [its, listener] of this.listeners) if (its === name) listener(event) }
}

interface Pointer { id?: number; type?: string; isPrimary?: boolean; isTrusted?: boolean; buttons?: number; on?: object; time?: number }

/** Two panes over which a brush is moved, and what came of it. */
function page() {
  const done: Done = []
  const window = new FakeTarget()
  Object.assign(globalThis, { window })
  const parts = partsNoting(done)
  const panes = ["one", "other"].map((name) => fakePane(name, done))
  for (const { pane } of panes) listenToPointer(pane, parts)
  const fire = (name: string, at: Pixel, pointer: Pointer = {}, over = 0) => {
    const event = eventOf(name, at, pointer)
    window.hear(name, event)
    if (["pointerdown", "pointermove", "pointerleave", "wheel"].includes(name)) panes[over].el.hear(name, event)
    return event
  }
  return { done, fire, stores: parts.stores, panes, window }
}

function partsNoting(done: Done): Parts {
  const note = (name: string) => (...given: unknown[]) => { done.push([name, ...given]) }
  const stores = { connection: new ConnectionStore(), document: new DocumentStore(), editor: new EditorStore(), view: new ViewStore() }
  stores.document.set({ opened: {} as Opened })
  stores.editor.set({ tool: "brush", most: 100 })
  const brush = {
    begin: (_: Pane, at: Pixel) => { done.push(["paint", at]); return true },
    go: note("paint on"), end: note("painted"), giveUp: note("unpainted"), outline: () => {},
  }
  const slices = { activate: () => {}, point: note("point"), scroll: (_: Pane, by: number) => done.push(["scroll", by]) }
  return { stores, grip: new Grip(), slices, brush } as unknown as Parts
}

function fakePane(name: string, done: Done) {
  const el = Object.assign(new FakeTarget(), {
    getBoundingClientRect: () => ({ left: 0, top: 0 }), setPointerCapture: (id: number) => done.push(["capture", id]),
  })
  const slider = {}
  const pane = {
    name, el, slider, corner: {}, layout: {},
    holds: () => true, within: (_: Pixel, to: Pixel) => to, voxelAt: (x: number, y: number) => [x, y, 0],
    pan: (dx: number, dy: number) => done.push(["pan", dx, dy]), zoom: (by: number) => done.push(["zoom", by]),
  }
  return { el, slider, pane: pane as unknown as Pane }
}

function eventOf(type: string, [clientX, clientY]: Pixel, given: Pointer) {
  const { id = 1, type: pointerType = "mouse", isPrimary = true, isTrusted = true, buttons = 1, on = { style: {} }, time = 10_000 } = given
  const event = {
    type, clientX, clientY, pointerId: id, pointerType, isPrimary, isTrusted, buttons, button: 0, timeStamp: time,
    deltaY: 120, deltaMode: 0, isStopped: false, stopPropagation: () => { event.isStopped = true }, preventDefault: () => {},
    composedPath: () => [on],
  }
  return event
}

const [first, second]: Pointer[] = [{ id: 1, type: "touch" }, { id: 2, type: "touch", isPrimary: false }]
const without = (done: Done, ...names: string[]) => done.filter(([name]) => !names.includes(name as string))

test("a mouse draws from its press to its release, and Bokeh hears of none of it", () => {
  const { done, fire } = page()

  const events = [fire("pointerdown", [5, 5]), fire("pointermove", [9, 5]), fire("pointerup", [9, 6])]

  const expected = [["capture", 1], ["paint", [5, 5]], ["paint on", [9, 5]], ["paint on", [9, 6]], ["painted"]]
  assert.deepEqual(without(done, "point"), expected)
  assert.deepEqual(events.map(({ isStopped }) => isStopped), [true, true, true])
})

test("what the page itself tells Bokeh is left alone", () => {
  const { done, fire } = page()

  const events = ["pointerdown", "pointermove", "pointerup"].map((name) => fire(name, [5, 5], { isTrusted: false }))

  assert.deepEqual([done, events.some(({ isStopped }) => isStopped)], [[], false])
})

test("what lies over a slice is no slice", () => {
  const { done, fire, panes } = page()

  const event = fire("pointerdown", [5, 5], { on: panes[0].slider })

  assert.deepEqual([done, event.isStopped], [[], false])
})

test("what is under the pointer is told as it moves, and that it has left", () => {
  const { done, fire } = page()

  fire("pointermove", [7, 8], { buttons: 0 })
  fire("pointerleave", [7, 8])

  assert.deepEqual(done, [["point", [7, 8, 0]], ["point", null]])
})

test("who draws with a button of which the browser told nothing is told so", () => {
  const { fire, stores } = page()

  fire("pointermove", [7, 8], { buttons: 0 })
  assert.equal(stores.view.state.hint, "")
  fire("pointermove", [9, 8])

  assert.match(stores.view.state.hint, /^The browser did not say/)
})

test("a drag that comes from elsewhere on the page is not told of", () => {
  const { fire, stores, window } = page()

  window.hear("pointerdown", eventOf("pointerdown", [500, 5], {}))
  fire("pointermove", [7, 8])

  assert.equal(stores.view.state.hint, "")
})

test("a second finger takes back what the first one drew, and both move and zoom", () => {
  const { done, fire } = page()

  fire("pointerdown", [0, 0], first)
  fire("pointermove", [10, 0], first)
  fire("pointerdown", [20, 0], second)
  fire("pointermove", [30, 0], second)
  fire("pointerup", [30, 0], second)
  fire("pointermove", [50, 0], first)
  fire("pointerup", [50, 0], first)

  const expected = [["paint", [0, 0]], ["paint on", [10, 0]], ["unpainted"], ["pan", 5, 0], ["zoom", 2]]
  assert.deepEqual(without(done, "point", "capture"), expected)
})

test("after a pinch one finger draws again", () => {
  const { done, fire } = page()
  fire("pointerdown", [0, 0], first)
  fire("pointerdown", [20, 0], second)
  fire("pointerup", [0, 0], first)
  fire("pointerup", [20, 0], second)

  fire("pointerdown", [3, 3], first)
  fire("pointerup", [3, 3], first)

  assert.deepEqual(without(done, "point", "capture"), [["paint", [3, 3]], ["painted"]])
})

test("a finger on another view takes back what the first one drew, and neither zooms", () => {
  const { done, fire } = page()

  fire("pointerdown", [0, 0], first)
  fire("pointermove", [10, 0], first)
  fire("pointerdown", [20, 0], second, 1)
  fire("pointermove", [40, 0], second, 1)

  assert.deepEqual(without(done, "point", "capture"), [["paint", [0, 0]], ["paint on", [10, 0]], ["unpainted"]])
})

test("what the system took for a palm is taken back, and a mouse that it took away has drawn", () => {
  for (const [pointer, end] of [[first, "unpainted"], [{}, "painted"]] as const) {
    const { done, fire } = page()
    fire("pointerdown", [0, 0], pointer)
    fire("pointermove", [10, 0], pointer)
    fire("pointercancel", [10, 0], pointer)
    assert.deepEqual(done.at(-1), [end])
  }
})

test("the palm beside a pen draws nothing, and the pen goes on", () => {
  const { done, fire } = page()

  fire("pointerdown", [0, 0], { id: 5, type: "pen" })
  fire("pointerdown", [90, 90], { ...first, time: 10_100 })
  fire("pointermove", [95, 90], { ...first, time: 10_110 })
  fire("pointermove", [10, 0], { id: 5, type: "pen" })
  fire("pointerup", [10, 0], { id: 5, type: "pen" })

  const expected = [["capture", 5], ["paint", [0, 0]], ["paint on", [10, 0]], ["paint on", [10, 0]], ["painted"]]
  assert.deepEqual(without(done, "point"), expected)
})

test("the wheel goes through the slices, and with Shift sets the radius", () => {
  const { done, fire, stores, panes } = page()

  fire("wheel", [5, 5])
  assert.deepEqual(done, [["scroll", -1]])
  panes[0].el.hear("wheel", { ...eventOf("wheel", [5, 5], {}), shiftKey: true, deltaY: 0, deltaX: -120 })
  panes[0].el.hear("wheel", { ...eventOf("wheel", [5, 5], {}), ctrlKey: true, deltaY: -300 })

  assert.equal(stores.editor.radius, 4)
  assert.deepEqual(done.slice(1), [["zoom", Math.E]])
})
