import assert from "node:assert/strict"
import { test } from "node:test"
import { ConnectionStore } from "../stores/connection.ts"
import { savedText } from "./saved_text.ts"

test("of all that is so, the bar says what matters most", () => {
  const connection = new ConnectionStore()
  const said = [savedText(connection).text]
  for (const change of [{ waiting: 1 }, { held: false }, { trouble: "disk full" }, { takesOver: true }, { lost: true }]) {
    connection.set(change)
    said.push(savedText(connection).text)
  }

  assert.deepEqual(said, ["✓ saved", "saving…", "read-only", "NOT SAVED: disk full", "taking over…", "not connected"])
})

test("one who may not write any more is told to keep what the page has", () => {
  const connection = new ConnectionStore()
  connection.set({ trouble: "disk full" })
  assert.match(savedText(connection).title, /^disk full\. It is tried again/)

  connection.set({ held: false })

  assert.match(savedText(connection).title, /^disk full\. Download the labels to keep/)
})
