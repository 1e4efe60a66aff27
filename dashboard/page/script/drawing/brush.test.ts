import assert from "node:assert/strict"
import { test } from "node:test"
import type { Layout, Row } from "../core/protocol.ts"
import type { Pane } from "../slices/pane.ts"
import type { SliceSource } from "../slices/source.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { EditorStore, type VoxelSettings } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import { Brush, type BrushParts, type Preview } from "./brush.ts"

const [I, J, K] = [8, 6, 3]
const axis = (index: number, size: number): Layout["x"] => ({ index, size, reversed: false, letters: ["", ""] })
const LAYOUT: Layout = { axis: 2, x: axis(0, I), y: axis(1, J) }
const flat = (i: number, j: number, k: number) => (i * J + j) * K + k

/** A page with a volume of which all is there: 2 is the label, and the tool a brush on the slice 1. */
function page(settings: Partial<VoxelSettings> = {}) {
  const frames: (() => void)[] = []
  globalThis.requestAnimationFrame = (frame) => frames.push(() => frame(0))
  const stores = { connection: new ConnectionStore(), document: new DocumentStore(), editor: new EditorStore(), view: new ViewStore() }
  const labels = new Uint16Array(I * J * K)
  const ids = new Uint16Array(I * J * K).map((_, at) => (at < flat(4, 0, 0) ? 1 : 2)) // two superpixels, at the left and at the right
  const mistrusted: Preview[] = []
  const source = {
    look: () => ({ volume: null, ids: null, labels: {} }),
    idAt: ([i, j, k]: number[]) => ids[flat(i, j, k)],
    brush: (preview: Preview, from: [number, number], to: [number, number]) =>
      preview.paint(from, to, labels, ids, [[0, I], [0, J], [0, K]], [J * K, K, 1]),
    mistrust: (preview: Preview) => { mistrusted.push(preview) },
  } as unknown as SliceSource
  stores.document.open({ shape: [I, J, K], spacing: [1, 1, 1] } as Opened, source)
  stores.document.set({ revision: 0 })
  const voxels = { radius_mm: 0, is_ball: false, is_within: false, ...settings }
  stores.editor.set({ tool: "brush", label: 2, settings: { superpixels: { radius_mm: 0 }, voxels } })
  const drawn: (number[] | undefined)[] = []
  const drawLabels = (part?: number[]) => drawn.push(part)
  const pane = { layout: LAYOUT, index: 1, toPoint: (x: number, y: number) => [x, y], drawLabels } as unknown as Pane
  const sent: { name: string; xs: number[]; ys: number[] }[] = []
  const strokes = {
    context: () => ({ name: `s-${sent.length}`, index: 1, label: stores.editor.erases ? 0 : 2, tip: stores.editor.tip }),
    add: (_: Pane, { name }: { name: string }, xs: number[], ys: number[]) => sent.push({ name, xs, ys }),
  }
  const slices = { panes: [pane], compare: { alike: (one: Pane) => [one] }, pointAgain: () => {} }
  const brush = new Brush({ stores, strokes, slices } as unknown as BrushParts)
  return { brush, stores, labels, pane, sent, drawn, frames, mistrusted }
}

const row = (value: number, locked: boolean) => ({ value, color: "#102030", visible: true, locked }) as Row
const painted = (labels: Uint16Array, label = 2) => [...labels.entries()].filter(([, value]) => value === label).map(([at]) => at)

test("labels are written as the brush goes, and the stroke is sent at its end", () => {
  const { brush, stores, labels, pane, sent } = page()

  assert.ok(brush.begin(pane, [1, 2]))
  assert.deepEqual([painted(labels), stores.editor.state.drawing], [[flat(1, 2, 1)], true])
  brush.go([3, 2])
  assert.deepEqual(painted(labels), [flat(1, 2, 1), flat(2, 2, 1), flat(3, 2, 1)])
  brush.end()

  assert.deepEqual([sent, stores.editor.state.drawing], [[{ name: "s-0", xs: [1, 3], ys: [2, 2] }], false])
})

test("what was swept is drawn once a frame", () => {
  const { brush, pane, drawn, frames } = page({ radius_mm: 1 })
  brush.begin(pane, [3, 3])
  brush.go([4, 3])
  assert.equal(frames.length, 1)

  frames[0]()

  assert.equal(drawn.length, 1)
  const [x0, x1, y0, y1] = drawn[0] ?? []
  assert.ok(x0 <= 2 && x1 >= 6 && y0 <= 2 && y1 >= 5)
})

test("what is locked stays", () => {
  const { brush, stores, labels, pane } = page()
  stores.document.takeRows({ fresh: true, rows: [row(7, true), row(8, false)], gone: [] })
  labels[flat(1, 2, 1)] = 7
  labels[flat(2, 2, 1)] = 8

  brush.begin(pane, [1, 2])
  brush.go([2, 2])

  assert.deepEqual([labels[flat(1, 2, 1)], labels[flat(2, 2, 1)]], [7, 2])
})

test("a brush that is to stay in a superpixel stays in that in which it began", () => {
  const { brush, labels, pane } = page({ is_within: true })

  brush.begin(pane, [2, 2])
  brush.go([6, 2])

  assert.deepEqual(painted(labels), [flat(2, 2, 1), flat(3, 2, 1)])
})

test("a brush that is to stay in a superpixel, and began in none, paints nothing", () => {
  const { brush, labels, pane } = page({ is_within: true })

  brush.begin(pane, [-3, 2])
  brush.go([6, 2])

  assert.deepEqual(painted(labels), [])
})

test("the eraser takes the label off", () => {
  const { brush, stores, labels, pane } = page()
  labels.fill(5)
  stores.editor.set({ tool: "eraser" })

  brush.begin(pane, [1, 2])

  assert.deepEqual(painted(labels, 0), [flat(1, 2, 1)])
})

test("nothing is painted that would not be taken, and a hint says why", () => {
  const { brush, stores, labels, pane } = page()
  stores.connection.set({ held: false })

  assert.equal(brush.begin(pane, [1, 2]), false)

  assert.deepEqual([painted(labels), stores.view.state.hint], [[], "Read-only: press Take over to change the labels"])
})

test("nothing is painted before the labels have come", () => {
  const { brush, stores, labels, pane } = page()
  stores.document.set({ revision: -1 })

  assert.equal(brush.begin(pane, [1, 2]), false)
  assert.deepEqual(painted(labels), [])
})

test("what is given up, or was refused, is the server's again", () => {
  const { brush, pane, sent, mistrusted } = page()
  brush.begin(pane, [1, 2])
  brush.giveUp()
  assert.deepEqual([mistrusted.length, sent.length], [1, 0])

  brush.begin(pane, [1, 2])
  brush.end()
  brush.takeBack("s-0")
  brush.takeBack("s-0")
  assert.deepEqual([mistrusted.length, sent.length], [2, 1])
})

test("what the server has told of is not taken back", () => {
  const { brush, pane, mistrusted } = page()
  brush.begin(pane, [1, 2])
  brush.end()

  assert.ok(brush.settle("s-0"))
  assert.equal(brush.settle("s-0"), undefined)
  brush.takeBack()

  assert.equal(mistrusted.length, 0)
})

test("labels that know nothing of the latest strokes are painted again", () => {
  const { brush, labels, pane } = page()
  brush.begin(pane, [1, 2])
  brush.go([3, 2])
  brush.end()
  const before = painted(labels)
  labels.fill(0)

  assert.equal(brush.replay(), true)
  assert.deepEqual(painted(labels), before)
  brush.settle("s-0")
  assert.equal(brush.replay(), false)
})
