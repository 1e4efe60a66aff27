import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import type { Strokes } from "../drawing/strokes.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DialogStore } from "../stores/dialogs.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import type { SliceSource } from "../slices/source.ts"
import { Changes, type KeptStroke } from "./changes.ts"
import { Server } from "./server.ts"

/** What the tab keeps. */
const tab = new Map<string, string>()
globalThis.sessionStorage = {
  getItem: (key: string) => tab.get(key) ?? null,
  setItem: (key: string, value: string) => { tab.set(key, value) },
} as Storage

/** A page with a volume of a digest open, and what it has told its server. */
function page({ digest = "a", hasIds = true, opening = 1 } = {}) {
  const stores = {
    connection: new ConnectionStore(), dialogs: new DialogStore(), document: new DocumentStore(), editor: new EditorStore(), view: new ViewStore(),
  }
  stores.document.open({ digest, case: opening } as Opened, { hasIds } as SliceSource)
  const told: Record<string, unknown>[] = []
  const server = new Server((message) => told.push({ ...message }), stores.dialogs)
  const strokes = { sendAgain: (name: string, stroke: KeptStroke) => told.push({ verb: "stroke", name, ...stroke }) } as unknown as Strokes
  return { stores, told, changes: new Changes(stores, server, () => strokes) }
}

const STROKE: KeptStroke = { plane: "axial", index: 3, label: 2, tip: { kind: "superpixels", radius_mm: 0 }, xs: [1, 2], ys: [3, 4] }
const verbs = (told: Record<string, unknown>[]) => told.map(({ verb }) => verb)

beforeEach((t) => {
  tab.clear()
  if ("mock" in t) t.mock.timers.enable({ apis: ["setTimeout"] })
})

test("each change follows the one before it, and is counted until it is acknowledged", () => {
  const { changes, stores, told } = page()

  changes.make("undo", {})
  changes.make("go_to", { done: 4 })
  const [first, second] = told.map(({ asked }) => asked as { name: string; after: string; case: number })

  assert.deepEqual([first.after, second.after, second.case], ["", first.name, 1])
  assert.equal(stores.connection.state.waiting, 2)
  changes.acknowledge(first.name)
  changes.acknowledge(second.name)
  assert.equal(stores.connection.state.waiting, 0)
})

test("a page that is loaded anew sends again what was never acknowledged, under its name and in its order", () => {
  const before = page()
  before.changes.make("undo", {})
  before.changes.wait({ name: "s-1", case: 1 }, STROKE)
  before.changes.make("redo", {})
  const name = (before.told[0].asked as { name: string }).name

  const after = page({ opening: 1 })
  after.changes.resend()

  assert.deepEqual(verbs(after.told), ["undo", "stroke", "redo"])
  assert.equal((after.told[0].asked as { name: string }).name, name)
  assert.deepEqual({ ...after.told[1] }, { verb: "stroke", name: "s-1", ...STROKE })
  assert.match(after.stores.dialogs.state.toasts[0].text, /^3 changes sent again/)
})

test("what was done to another volume waits for that one", () => {
  page({ digest: "a" }).changes.make("undo", {})

  const other = page({ digest: "b" })
  other.changes.resend()

  assert.deepEqual(other.told, [])
})

test("a stroke over superpixels that are not there yet holds back what comes after it", () => {
  const before = page()
  before.changes.make("undo", {})
  before.changes.wait({ name: "s-1", case: 1 }, STROKE)
  before.changes.make("redo", {})

  const after = page({ hasIds: false })
  after.changes.resend()

  assert.deepEqual(verbs(after.told), ["undo"])
})

test("a brush needs no superpixels, unless it is to stay in one", () => {
  for (const [isWithin, sent] of [[false, ["stroke"]], [true, []]] as const) {
    tab.clear()
    page().changes.wait({ name: "s-1", case: 1 }, { ...STROKE, tip: { kind: "voxels", radius_mm: 2, is_ball: false, is_within: isWithin } })

    const after = page({ hasIds: false })
    after.changes.resend()

    assert.deepEqual(verbs(after.told), sent)
  }
})

test("a page that may not write sends nothing again", () => {
  page().changes.make("undo", {})

  const after = page()
  after.stores.connection.set({ held: false })
  after.changes.resend()

  assert.deepEqual(after.told, [])
})

test("what was put aside is sent again, and is unsaved meanwhile", () => {
  const { changes, stores, told } = page()
  changes.make("undo", {})

  changes.putAside()
  assert.deepEqual([changes.waiting.size, stores.connection.state.waiting], [0, 1])
  changes.resend()

  assert.deepEqual(verbs(told), ["undo", "undo"])
})

test("a chosen label is no change that one waits for, and is counted by the page that sends it", () => {
  page().changes.make("choose", { label: 3, choice: 17 })

  const after = page()
  after.changes.resend()

  assert.equal(after.told[0].choice, 1)
  assert.equal(after.stores.editor.state.choices, 1)
  assert.equal(after.stores.connection.state.waiting, 0)
})

test("without a server nothing is taken but a label, and the page says so", () => {
  const { changes, stores, told } = page()
  stores.connection.set({ lost: true })

  changes.make("undo", {})
  changes.make("choose", { label: 1, choice: 1 })

  assert.deepEqual(verbs(told), ["choose"])
  assert.match(stores.view.state.hint, /does not answer/)
})

test("what the server could not take is kept from it, and its user told", () => {
  const { changes, stores, told } = page()

  changes.make("go_to", { done: 1.5 })

  assert.deepEqual(told, [])
  assert.match(stores.dialogs.state.toasts[0].text, /“go_to”/)
})

test("what another release kept and the server would not take is forgotten, and not unsaved", () => {
  tab.set("supervox-strokes", JSON.stringify({ "old-1": { verb: "go_to", values: { to: 2 }, digest: "a" } }))
  const { changes, stores, told } = page()
  changes.recount()
  assert.equal(stores.connection.state.waiting, 1)

  changes.resend()

  assert.deepEqual([told, stores.connection.state.waiting], [[], 0])
})
