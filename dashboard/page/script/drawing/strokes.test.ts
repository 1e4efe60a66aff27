import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { Changes, type KeptStroke } from "../core/changes.ts"
import type { Row, Stroke } from "../core/protocol.ts"
import { Server } from "../core/server.ts"
import type { Pane } from "../slices/pane.ts"
import type { SliceSource } from "../slices/source.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DialogStore } from "../stores/dialogs.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import { Strokes, type StrokeParts } from "./strokes.ts"

/** What the tab keeps. */
const tab = new Map<string, string>()
globalThis.sessionStorage = {
  getItem: (key: string) => tab.get(key) ?? null,
  setItem: (key: string, value: string) => { tab.set(key, value) },
} as Storage

beforeEach((t) => {
  tab.clear()
  if ("mock" in t) t.mock.timers.enable({ apis: ["setTimeout"] })
})

type Columns = { xs: number[][]; ys: number[][]; stroke: string[]; width: number[] }

/** A pane as strokes know it, with a source and a tool as Bokeh's are; `sent` counts what went to the server. */
class FakePane {
  readonly plane: string
  index = 4
  pxPerMm = 3
  sent = 0
  isOn = true
  #listeners: (() => void)[] = []
  readonly data: Columns = { xs: [], ys: [], stroke: [], width: [] }
  readonly strokes = {
    data: this.data,
    properties: { data: { change: { connect: (listener: () => void) => { this.#listeners.push(listener) } } } },
    change: { emit: () => {} },
    columns: () => Object.keys(this.data),
    get_array: (column: keyof Columns) => this.data[column],
    setv: () => this.send(),
  }
  readonly tool = { setv: ({ active }: { active?: boolean }) => { this.isOn = active ?? this.isOn } }
  color: unknown
  readonly strokeGlyph = { setv: ({ line_color }: { line_color: { value: string } }) => { this.color = line_color.value } }

  constructor(plane: string) { this.plane = plane }

  send() {
    this.sent++
    for (const listener of this.#listeners) listener()
  }

  /** Begin a line, as Bokeh's tool does. */
  draw(...points: [number, number][]) {
    this.data.xs.push(points.map(([x]) => x))
    this.data.ys.push(points.map(([, y]) => y))
    this.data.stroke.push("")
    this.data.width.push(2.5)
  }

  get texts() { return this.data.stroke.map((text) => text && JSON.parse(text) as Stroke) }
  get as() { return this as unknown as Pane }
}

/** A page with a volume open, its panes, and what its server was told. */
function page({ opening = 7, oriented = true } = {}) {
  const stores = {
    connection: new ConnectionStore(), dialogs: new DialogStore(), document: new DocumentStore(), editor: new EditorStore(),
    view: new ViewStore(),
  }
  stores.document.open({ digest: "a", case: opening, oriented } as Opened, { hasIds: true } as SliceSource)
  const panes = ["axial", "coronal", "sagittal"].map((plane) => new FakePane(plane))
  const told: { verb: string; asked?: { name: string; after: string } }[] = []
  const takenBack: (string | undefined)[] = []
  const brush = { takeBack: (name?: string) => takenBack.push(name) }
  const parts = { stores, slices: { panes }, brush } as unknown as { -readonly [P in keyof StrokeParts]: StrokeParts[P] }
  const strokes = new Strokes(parts)
  parts.changes = new Changes(stores, new Server((message) => told.push(message), stores.dialogs), () => strokes)
  for (const pane of panes) strokes.watch(pane.as)
  return { stores, changes: parts.changes, strokes, panes, pane: panes[0], told, takenBack }
}

test("a stroke says what it gives, with what, and where", () => {
  const { strokes, stores, pane } = page()
  stores.editor.set({ label: 5, tool: "brush" })

  const context = strokes.context(pane.as)

  assert.deepEqual({ ...context, name: "" }, {
    name: "", case: 7, plane: "axial", index: 4, radiological: true, label: 5,
    tip: { kind: "voxels", radius_mm: 3, is_ball: false, is_within: false },
  })
})

test("an eraser gives no label", () => {
  const { strokes, stores, pane } = page()
  for (const tool of ["erase", "eraser"] as const) {
    stores.editor.set({ label: 5, tool })
    assert.equal(strokes.context(pane.as).label, 0)
  }
})

test("a stroke says in which view it was drawn; a volume of no patient has but one", () => {
  for (const [oriented, prefersRadiological, radiological] of [[true, false, false], [true, true, true], [false, false, true]]) {
    const { strokes, stores, pane } = page({ oriented })
    stores.view.set({ prefersRadiological })
    assert.equal(strokes.context(pane.as).radiological, radiological)
  }
})

test("each stroke has a name of its own", () => {
  const { strokes, pane } = page()
  assert.notEqual(strokes.context(pane.as).name, strokes.context(pane.as).name)
})

test("a drag is given its text before Bokeh sends it, and waits for the server", () => {
  const { strokes, changes, pane } = page()
  strokes.begin(pane.as)
  pane.draw([1, 2], [3, 4])
  let texts: unknown[] = []

  const isTaken = strokes.end(pane.as, () => { texts = pane.texts; pane.send() })

  const [{ name, after, plane }] = texts as Stroke[]
  assert.deepEqual([isTaken, after, plane, pane.sent], [true, "", "axial", 1])
  assert.deepEqual([...changes.waiting], [[name, 7]])
  assert.equal(strokes.areOnTheWay, true)
})

test("what is kept of a stroke is its points, and all that the server is told of it but the names", () => {
  const { strokes, pane, stores } = page()
  stores.editor.set({ label: 3 })
  strokes.begin(pane.as)
  pane.draw([1, 2], [3, 4])
  strokes.end(pane.as, () => {})

  const [kept] = Object.values(JSON.parse(tab.get("supervox-strokes") ?? "{}") as Record<string, unknown>)
  assert.deepEqual(kept, {
    plane: "axial", index: 4, radiological: true, label: 3, tip: { kind: "superpixels", radius_mm: 0 },
    xs: [1, 3], ys: [2, 4], digest: "a",
  })
})

test("a stroke that Bokeh does not send, as its button went up outside, is sent", () => {
  const { strokes, pane } = page()
  strokes.begin(pane.as)
  pane.draw([1, 2])

  assert.equal(strokes.end(pane.as, () => {}), true)
  assert.equal(pane.sent, 1)
})

test("a stroke that Bokeh did not draw is told of, and does not wait", () => {
  const { strokes, changes, pane } = page()
  strokes.begin(pane.as)

  assert.equal(strokes.end(pane.as, () => {}), false)
  assert.deepEqual([pane.sent, changes.waiting.size, strokes.areOnTheWay], [0, 0, false])
})

test("a stroke follows what was done before its end, not before its beginning", () => {
  const { strokes, changes, pane, told } = page()
  strokes.begin(pane.as)
  pane.draw([1, 2])
  changes.make("undo", {})
  strokes.end(pane.as, () => {})
  changes.make("redo", {})

  const [undo, redo] = told.map(({ asked }) => asked)
  const [stroke] = pane.texts as Stroke[]
  assert.deepEqual([stroke.after, redo?.after], [undo?.name, stroke.name])
})

test("a line is as wide as the tool reaches, and of its label's colour where it takes one", () => {
  const { strokes, stores, pane } = page()
  stores.document.takeRows({ fresh: true, rows: [{ value: 1, color: "#102030" } as Row], gone: [] })
  const colorWith = (tool: "draw" | "erase" | "split", radius_mm = 0) => {
    stores.editor.set({ tool, settings: { ...stores.editor.state.settings, superpixels: { radius_mm } } })
    strokes.begin(pane.as)
    return pane.color
  }

  const colors = [colorWith("draw"), colorWith("erase"), colorWith("split"), colorWith("draw", 2)]
  assert.deepEqual(colors, ["#102030", "#ffffff", "#ffffff", "#10203066"])
})

test("a stroke that was painted comes before one that is being drawn", () => {
  const { strokes, pane } = page()
  const context = strokes.context(pane.as)
  pane.draw([9, 9])

  strokes.add(pane.as, context, [1, 2], [3, 4])

  assert.deepEqual(pane.texts.map((text) => text && text.name), [context.name, ""])
  assert.deepEqual([pane.data.xs, pane.data.ys, pane.data.width, pane.sent], [[[1, 2], [9]], [[3, 4], [9]], [0, 2.5], 1])
})

test("strokes are sent again in their order, by their names, on their planes and on this opening of the volume", () => {
  const { strokes, changes, panes } = page({ opening: 8 })
  const tip = { kind: "superpixels", radius_mm: 0 }
  const kept = (plane: string): KeptStroke => ({ plane, index: 2, label: 1, radiological: false, tip, xs: [1], ys: [2] })

  strokes.sendAgain("old-1", kept("sagittal"))
  strokes.sendAgain("old-2", kept("axial"))
  strokes.sendAgain("old-3", kept("sagittal"))

  const [[second], , [first, third]] = panes.map(({ texts }) => texts as Stroke[])
  const told = [first, second, third].map(({ name, after, case: opening }) => [name, after, opening])
  assert.deepEqual(told, [["old-1", "", 8], ["old-2", "old-1", 8], ["old-3", "old-2", 8]])
  assert.deepEqual(first, { plane: "sagittal", index: 2, label: 1, radiological: false, tip, name: "old-1", case: 8, after: "" })
  assert.deepEqual([...changes.waiting.keys()], ["old-1", "old-2", "old-3"])
})

test("the line of a stroke goes when it is on disk, and a newcomer has drawn", () => {
  const { strokes, stores, pane, takenBack } = page()
  const [one, other] = [strokes.context(pane.as), strokes.context(pane.as)]
  strokes.add(pane.as, one, [1], [1])
  strokes.add(pane.as, other, [2], [2])

  strokes.acknowledge(one.name, false)

  assert.deepEqual([(pane.texts as Stroke[]).map(({ name }) => name), pane.data.xs], [[other.name], [[2]]])
  assert.deepEqual(takenBack, [one.name])
  assert.ok(stores.view.state.done.has("draw"))
})

test("the line of a stroke that was refused goes, and nobody has drawn", () => {
  const { strokes, stores, pane } = page()
  const context = strokes.context(pane.as)
  strokes.add(pane.as, context, [1], [1])

  strokes.acknowledge(context.name, true)

  assert.deepEqual([pane.texts, stores.view.state.done.size], [[], 0])
})

test("what is no stroke has no line, and tells no newcomer's hint", () => {
  const { strokes, stores } = page()

  strokes.acknowledge("no stroke", false)

  assert.equal(stores.view.state.done.size, 0)
})

test("a stroke that is given up is not sent, and its line goes", () => {
  const { strokes, pane } = page()
  strokes.begin(pane.as)
  pane.draw([1, 2])
  let wasOn = true

  strokes.giveUp(pane.as, () => { wasOn = pane.isOn })

  assert.deepEqual([wasOn, pane.isOn, pane.texts, pane.sent], [false, true, [], 0])
})

test("the lines of all that wait go when they are put aside, but not one that is being drawn", () => {
  const { strokes, panes: [axial, coronal], takenBack } = page()
  for (const pane of [axial, coronal]) strokes.add(pane.as, strokes.context(pane.as), [1], [1])
  coronal.draw([3, 3])

  strokes.putAside()

  assert.deepEqual([axial.texts, coronal.texts, takenBack], [[], [""], [undefined]])
})
