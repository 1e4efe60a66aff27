import assert from "node:assert/strict"
import { test } from "node:test"
import { ConnectionStore } from "./connection.ts"

test("what is not on disk, not saved or not acknowledged is unsaved", () => {
  for (const change of [{ pending: 1 }, { trouble: "disk full" }, { waiting: 1 }]) {
    const connection = new ConnectionStore()
    assert.equal(connection.unsaved, false)

    connection.set(change)

    assert.equal(connection.unsaved, true)
  }
})

test("a stroke is refused with the reason that matters most", () => {
  const connection = new ConnectionStore()
  assert.equal(connection.refusal, "")

  connection.set({ held: false })
  assert.match(connection.refusal, /Read-only/)
  connection.set({ takesOver: true })
  assert.match(connection.refusal, /Taking over/)
  connection.set({ lost: true })
  assert.match(connection.refusal, /does not answer/)
})

test("taking over ends when the page may write, and not before", () => {
  const connection = new ConnectionStore()
  connection.set({ held: false, takesOver: true })

  connection.keep({ held: false, pending: 0, trouble: "" })
  assert.equal(connection.state.takesOver, true)
  connection.keep({ held: true, pending: 0, trouble: "" })

  assert.equal(connection.state.takesOver, false)
})
