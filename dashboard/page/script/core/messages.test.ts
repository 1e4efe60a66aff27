import assert from "node:assert/strict"
import { test } from "node:test"
import { ConnectionStore } from "../stores/connection.ts"
import { DialogStore } from "../stores/dialogs.ts"
import { DocumentStore } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import { takersOf } from "./messages.ts"
import type { Parts } from "./parts.ts"

test("when the page may write again, what said that it may not goes, though the state of the labels comes first", () => {
  const stores = {
    connection: new ConnectionStore(), dialogs: new DialogStore(), document: new DocumentStore(), editor: new EditorStore(), view: new ViewStore(),
  }
  const takers = takersOf({ stores } as unknown as Parts, { isThere: true })
  stores.connection.set({ held: false })
  stores.dialogs.tell({ text: "This volume was opened elsewhere: it is read-only here.", mood: "error", link: "" })
  stores.view.hint("Read-only: press Take over to change the labels")

  void takers.state({ label: 1, choice: 0, held: true, threshold: null, why_here: "" })
  void takers.kept({ held: true, pending: 0, trouble: "" })

  assert.equal(stores.connection.state.held, true)
  assert.deepEqual(stores.dialogs.state.toasts, [])
  assert.equal(stores.view.state.hint, "")
})
