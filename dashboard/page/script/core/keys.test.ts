import assert from "node:assert/strict"
import { test } from "node:test"
import type { SeriesVolume } from "../stores/document.ts"
import { DialogStore } from "../stores/dialogs.ts"
import { DocumentStore } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import type { Row } from "./protocol.ts"
import { KEYS, REPEATS, listenToKeys, onKey, type KeyParts } from "./keys.ts"

/** A page that notes what its keys do. */
function page() {
  const done: unknown[][] = []
  const note = (name: string) => (...given: unknown[]) => { done.push([name, ...given]) }
  const stores = { view: new ViewStore(), document: new DocumentStore(), editor: new EditorStore(), dialogs: new DialogStore() }
  const names = [
    "pick", "undo", "redo", "chooseLabel", "setTool", "setWindow", "setOpacity", "toggle", "flipSides", "fit", "enlarge", "stepVolume",
    "blend", "compare", "say",
  ]
  const actions = Object.fromEntries(names.map((name) => [name, note(name)]))
  const slices = { active: { zoomBy: note("zoom") }, scroll: (_: unknown, steps: number) => done.push(["scroll", steps]) }
  const parts = { stores, actions, slices, quad: { pointed: null } } as unknown as KeyParts
  return { done, stores, parts }
}

interface Press {
  key: string; code?: string; repeat?: boolean; focus?: object
  shiftKey?: boolean; ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean; isGraph?: boolean
}

/** What came of a key that went down, and whether the browser is still to do something by it. */
function press(given: Press | string, on = page()) {
  const { key, code = "", focus = { tagName: "BODY" }, isGraph = false, ...held } = typeof given === "string" ? { key: given } : given
  let isLeft = true
  const event = {
    key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held, composedPath: () => [focus],
    getModifierState: (name: string) => isGraph && name === "AltGraph", preventDefault: () => { isLeft = false },
  } as unknown as KeyboardEvent
  onKey(event, on.parts)
  return { ...on, isLeft }
}

/** What a key did; it is left to nobody then. */
function doneBy(given: Press | string, on = page()): unknown[][] {
  const { done, isLeft } = press(given, on)
  assert.equal(isLeft, done.length === 0)
  return done
}

test("each letter of the help does what it says", () => {
  const tools = Object.entries({ d: "draw", e: "erase", t: "brush", f: "outline", x: "split", c: "cursor", w: "window" })
  for (const [key, tool] of tools) assert.deepEqual(doneBy(key), [["setTool", tool]])
  const toggles = Object.entries({ b: "borders", s: "labels_shown", v: "surfaces_shown", h: "crosshair_shown", u: "highlight" })
  for (const [key, what] of toggles) assert.deepEqual(doneBy(key), [["toggle", what]])
  const others = Object.entries({ k: "pick", z: "undo", y: "redo", r: "fit", m: "enlarge", n: "flipSides" })
  for (const [key, name] of others) assert.deepEqual(doneBy(key), [[name]])
  assert.deepEqual(doneBy("i"), [["say", "intensities", {}]])
})

test("capital letters are the same keys, but for the eraser", () => {
  assert.deepEqual(doneBy({ key: "D", shiftKey: true }), [["setTool", "draw"]])
  assert.deepEqual(doneBy({ key: "T", shiftKey: true }), [["setTool", "eraser"]])
})

test("a Cyrillic keyboard has the tools at the same places", () => {
  assert.deepEqual(doneBy({ key: "в", code: "KeyD" }), [["setTool", "draw"]])
  assert.deepEqual(doneBy({ key: "Е", code: "KeyT", shiftKey: true }), [["setTool", "eraser"]])
})

test("blending and comparing go on and off", () => {
  const on = page()
  assert.deepEqual(doneBy("o", on), [["blend", true]])
  on.stores.document.set({ blends: true })
  on.stores.view.set({ comparing: true })
  press("o", on)
  press("j", on)
  assert.deepEqual(on.done.slice(1), [["blend", false], ["compare", false]])
})

test("? shows the help, and closes it over its own dialog", () => {
  const on = page()
  press({ key: "?", shiftKey: true }, on)
  assert.ok(on.stores.dialogs.state.help && on.stores.view.state.done.has("help"))
  press({ key: "?", shiftKey: true }, on)
  assert.equal(on.stores.dialogs.state.help, false)
})

test("while a dialog is open all other keys are its own", () => {
  const on = page()
  on.stores.dialogs.set({ opening: true })
  for (const key of ["d", "1", "ArrowLeft", "[", "+", "."]) assert.equal(press(key, on).isLeft, true)
  assert.deepEqual(on.done, [])
})

test("digits choose labels, by what they write or by their place", () => {
  const on = page()
  const rows = [40, 2].map((value) => ({ value, color: "#000000" }) as Row)
  on.stores.document.takeRows({ fresh: true, rows, gone: [] })
  press({ key: "1", code: "Digit1" }, on)
  press({ key: "é", code: "Digit2" }, on)
  press({ key: "2", code: "Numpad2" }, on)
  press({ key: "9", code: "Digit9" }, on)

  assert.deepEqual(on.done, [["chooseLabel", 40], ["chooseLabel", 2], ["chooseLabel", 2], ["chooseLabel", 9]])
})

test("Shift and a digit set a window by name, as far as there are names", () => {
  const on = page()
  on.stores.document.set({ shown: { range: [0, 900], window: [3, 4], first: [10, 500] } as unknown as SeriesVolume })
  for (const n of [1, 2, 3]) assert.equal(press({ key: "!", code: `Digit${n}`, shiftKey: true }, on).isLeft, false)

  assert.deepEqual(on.done, [["setWindow", [10, 500]], ["setWindow", [0, 900]]])
})

test("arrows and pages go through the slices, and with Shift by five", () => {
  const steps = ["ArrowRight", "ArrowUp", "PageUp", "ArrowLeft", "ArrowDown", "PageDown"].map((key) => doneBy(key)[0][1])
  assert.deepEqual(steps, [1, 1, 1, -1, -1, -1])
  assert.deepEqual(doneBy({ key: "PageDown", shiftKey: true }), [["scroll", -5]])
})

test("arrows are left to what moves by them", () => {
  const roles = ["slider", "listbox", "menuitem", "option", "row"].map((role) => ({ tagName: "DIV", getAttribute: () => role }))
  for (const focus of [{ tagName: "INPUT", type: "range" }, ...roles]) {
    assert.deepEqual(doneBy({ key: "ArrowLeft", focus }), [])
  }
  assert.deepEqual(doneBy({ key: "ArrowLeft", focus: { tagName: "BUTTON", getAttribute: () => null } }), [["scroll", -1]])
})

test("what has the focus may take a key for itself", () => {
  const taken: string[] = []
  const focus = { tagName: "DIV", takesKey: (key: string) => { taken.push(key); return key === "F2" } }
  const on = page()

  assert.equal(press({ key: "F2", focus }, on).isLeft, false)
  press({ key: "d", focus }, on)
  press({ key: "z", ctrlKey: true, focus }, on)

  assert.deepEqual([taken, on.done], [["F2", "d", "z"], [["setTool", "draw"], ["undo"]]])
})

test("Enter clicks on an option", () => {
  let clicks = 0
  const focus = { tagName: "DIV", role: "option", click: () => { clicks++ } }

  assert.equal(press({ key: "Enter", focus }).isLeft, false)
  assert.equal(press({ key: "Enter" }).isLeft, true)
  assert.equal(clicks, 1)
})

test("brackets set the radius of a tool that has one, and else the opacity; braces always the opacity", () => {
  const on = page()
  press("]", on)
  assert.equal(on.stores.editor.radius, 1)
  on.stores.view.set({ opacity: 0.5 })
  press("}", on)
  on.stores.editor.set({ tool: "window" })
  press("[", on)
  on.stores.view.set({ opacity: 1 })
  press("]", on)

  assert.deepEqual(on.done, [["setOpacity", 0.6], ["setOpacity", 0.4], ["setOpacity", 1]])
})

test("brackets that are written with Option or AltGr are brackets, and the row of digits is then none", () => {
  const on = page()
  on.stores.editor.set({ tool: "window" })
  on.stores.view.set({ opacity: 0.5 })
  press({ key: "[", code: "Digit5", altKey: true }, on)
  press({ key: "]", code: "Digit9", ctrlKey: true, altKey: true, isGraph: true }, on)

  assert.deepEqual(on.done, [["setOpacity", 0.4], ["setOpacity", 0.6]])
})

test("Option and any other key is left to who writes by it", () => {
  for (const key of ["d", "∂", "1", "ArrowLeft"]) assert.deepEqual(doneBy({ key, altKey: true }), [])
})

test("Control or Command undoes and does again, and leaves all else to the browser", () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
    assert.deepEqual(doneBy({ key: "z", ...held }), [["undo"]])
    assert.deepEqual(doneBy({ key: "Z", shiftKey: true, ...held }), [["redo"]])
    assert.deepEqual(doneBy({ key: "y", ...held }), [["redo"]])
    for (const key of ["d", "c", "1", "ArrowLeft", "+"]) assert.deepEqual(doneBy({ key, ...held }), [])
  }
})

test("+ and − zoom the view that was used last; , and . go through the volumes", () => {
  assert.deepEqual(["+", "=", "-"].map((key) => doneBy(key)[0]), [["zoom", 1.25], ["zoom", 1.25], ["zoom", 0.8]])
  assert.deepEqual([doneBy(","), doneBy(".")], [[["stepVolume", -1]], [["stepVolume", 1]]])
})

test("a key that means nothing is left", () => {
  for (const key of ["q", "ö", "F5", "Tab", "Enter", " ", "0", "drag", "wheel"]) assert.deepEqual(doneBy(key), [])
})

test("no two keys of the help are the same", () => {
  const acting = KEYS.flatMap(([, rows]) => rows).filter(([, , act]) => act).map(([key]) => key)
  assert.equal(new Set(acting).size, acting.length)
})

/** The window's listeners, by what they listen to. */
function listening(on = page()) {
  const listeners = new Map<string, (event: unknown) => void>()
  const addEventListener = (name: string, listener: (event: unknown) => void) => listeners.set(name, listener)
  Object.assign(globalThis, { window: { addEventListener } })
  listenToKeys({ addEventListener: () => {} } as unknown as HTMLElement, on.parts)
  return (name: string, { focus = { tagName: "BODY" }, ...given }: Press) => {
    const met: string[] = []
    listeners.get(name)?.({
      code: "", ...given, composedPath: () => [focus], getModifierState: () => false,
      preventDefault: () => met.push("prevented"), stopPropagation: () => met.push("stopped"),
    })
    return met
  }
}

test("what a held key does goes on only where that is of use", () => {
  const on = page()
  const hear = listening(on)
  for (const key of ["z", "Y", "ArrowLeft", ",", "+"]) hear("keydown", { key, repeat: true })
  assert.equal(on.done.length, 5)
  for (const key of ["d", "Enter", "b", "m", "1", "?"]) assert.deepEqual(hear("keydown", { key, repeat: true }), ["prevented", "stopped"])
  assert.equal(on.done.length, 5)
})

test("no key that chooses or toggles repeats", () => {
  const acting = KEYS.flatMap(([, rows]) => rows).filter(([, , act]) => act).map(([key]) => key.toLowerCase())
  assert.deepEqual(acting.filter((key) => REPEATS.has(key)), ["z", "y"])
})

test("Bokeh hears of no key, and a text field of all", () => {
  const on = page()
  const hear = listening(on)

  assert.deepEqual([hear("keydown", { key: "q" }), hear("keyup", { key: "d" })], [["stopped"], ["stopped"]])
  const inputs = ["text", "number"].map((type) => ({ tagName: "INPUT", type }))
  const fields = [...inputs, { tagName: "TEXTAREA" }, { tagName: "SELECT" }, { tagName: "DIV", isContentEditable: true }]
  for (const focus of fields) assert.deepEqual(hear("keydown", { key: "d", focus }), [])
  assert.deepEqual(on.done, [])
})

test("keys are tools while what has the focus writes no text", () => {
  const on = page()
  const hear = listening(on)
  for (const type of ["range", "checkbox", "button", "color"]) hear("keydown", { key: "d", focus: { tagName: "INPUT", type } })
  assert.equal(on.done.length, 4)
})
