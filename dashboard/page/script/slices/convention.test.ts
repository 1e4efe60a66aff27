import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import type { Layouts } from "../core/protocol.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DialogStore } from "../stores/dialogs.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import type { Strokes } from "../drawing/strokes.ts"
import { Convention } from "./convention.ts"

/** What the browser remembers. */
const browser = new Map<string, string>()
globalThis.localStorage = {
  getItem: (key: string) => browser.get(key) ?? null,
  setItem: (key: string, value: string) => { browser.set(key, value) },
} as Storage

beforeEach(() => browser.clear())

const [LAYOUTS, NEUROLOGICAL] = [{ axial: {} }, { axial: {} }] as Layouts[]

function conventionOf({ oriented = true, areOnTheWay = false } = {}) {
  const stores = {
    connection: new ConnectionStore(), dialogs: new DialogStore(), document: new DocumentStore(), editor: new EditorStore(),
    view: new ViewStore(),
  }
  stores.document.set({ opened: { oriented, layouts: LAYOUTS, neurological: NEUROLOGICAL } as Opened })
  const convention = new Convention({ stores, strokes: { areOnTheWay } as unknown as Strokes })
  const layouts = () => convention.layouts({ layouts: LAYOUTS, neurological: NEUROLOGICAL })
  return { convention, stores, layouts }
}

test("the view is radiological until one prefers the other, which the browser remembers", () => {
  const { convention, layouts } = conventionOf()
  assert.deepEqual([convention.name, layouts() === LAYOUTS], ["radiological", true])

  assert.equal(convention.flip(), true)

  assert.deepEqual([convention.name, layouts() === NEUROLOGICAL], ["neurological", true])
  assert.equal(conventionOf().convention.name, "neurological")
})

test("two flips are none", () => {
  const { convention, layouts } = conventionOf()
  convention.flip()
  convention.flip()
  assert.deepEqual([layouts() === LAYOUTS, conventionOf().convention.name], [true, "radiological"])
})

test("a volume that does not know left from right has one view, whatever one prefers", () => {
  browser.set("supervox-convention", '"neurological"')
  const { convention, layouts, stores } = conventionOf({ oriented: false })

  assert.deepEqual([convention.flip(), layouts() === LAYOUTS, convention.sideOf("axial")], [false, true, ""])
  assert.match(stores.view.state.hint, /does not know left from right/)
})

test("the slices are not turned under a stroke, nor before it has come to the server", () => {
  for (const change of [{ drawing: true }, { areOnTheWay: true }]) {
    const { convention, stores } = conventionOf(change)
    stores.editor.set({ drawing: "drawing" in change })

    assert.equal(convention.flip(), false)

    assert.match(stores.view.state.hint, /still on its way/)
    assert.equal(convention.name, "radiological")
  }
})

test("each slice but the sagittal says on which side the patient's right is", () => {
  const { convention } = conventionOf()
  const sides = (["axial", "coronal", "sagittal"] as const).map((plane) => convention.sideOf(plane))
  assert.deepEqual(sides, ["radiological", "radiological", ""])
})
