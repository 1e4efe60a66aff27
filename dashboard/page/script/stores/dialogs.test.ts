import assert from "node:assert/strict"
import { test } from "node:test"
import { DialogStore } from "./dialogs.ts"

const say = (text: string) => ({ text, mood: "info" as const, link: "" })
const texts = (dialogs: DialogStore) => dialogs.state.toasts.map(({ text }) => text)

test("what is said again comes last, once", () => {
  const dialogs = new DialogStore()

  for (const text of ["one", "two", "one"]) dialogs.tell(say(text))

  assert.deepEqual(texts(dialogs), ["two", "one"])
})

test("the oldest sentence makes place for a fifth", () => {
  const dialogs = new DialogStore()

  for (const text of ["1", "2", "3", "4", "5"]) dialogs.tell(say(text))

  assert.deepEqual(texts(dialogs), ["2", "3", "4", "5"])
})

test("what is no longer so is taken away, and nothing else", () => {
  const dialogs = new DialogStore()
  for (const text of ["Not saved: disk full", "Saved"]) dialogs.tell(say(text))

  dialogs.drop("Not saved: ")

  assert.deepEqual(texts(dialogs), ["Saved"])
})

test("it stays known that something went wrong", () => {
  const dialogs = new DialogStore()
  dialogs.tell({ text: "No such file", mood: "error", link: "" })

  dialogs.set({ toasts: [] })
  dialogs.tell(say("Saved"))

  assert.equal(dialogs.state.hasErred, true)
})

test("a file is asked for as what was opened last, in a folder that is not known yet", () => {
  const dialogs = new DialogStore()
  dialogs.set({ openAs: "labels", folder: { path: "a", folders: [], files: [], truncated: false } })

  dialogs.askFile()

  assert.deepEqual([dialogs.isOpen, dialogs.state.openAs, dialogs.state.folder], [true, "labels", null])
  dialogs.askFile("table")
  assert.equal(dialogs.state.openAs, "table")
})
