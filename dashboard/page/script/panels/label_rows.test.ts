import assert from "node:assert/strict"
import { test } from "node:test"
import type { Actions, Stores } from "../core/actions.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DocumentStore } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { LabelRows, firstFree, soughtIn } from "./label_rows.ts"

const row = (value: number, name = `label ${value}`) => ({ value, name, color: "#000000", visible: true, locked: false, voxels: 0, mean: null, sd: null })
const valuesOf = (rows: readonly { value: number }[]) => rows.map(({ value }) => value)

/** A row's element, as far as it is used. */
function element(focused: { at: unknown }) {
  const el = { focus() { focused.at = el }, matches: () => focused.at === el, scrollIntoView() { el.seen++ }, seen: 0 }
  return el
}

/** A table with some labels, each with its element. */
function table(...values: number[]) {
  const stores = { connection: new ConnectionStore(), document: new DocumentStore(), editor: new EditorStore() }
  const done: unknown[][] = []
  const actions = {
    chooseLabel(label: number) { done.push(["choose", label]); stores.editor.set({ label }) },
    change(verb: string, of: { label: number }) { done.push([verb, of.label]) },
  }
  const focused: { at: unknown } = { at: null }
  const rows = new LabelRows({ stores: stores as unknown as Stores, actions: actions as unknown as Actions })
  stores.document.takeRows({ fresh: true, rows: values.map((value) => row(value)), gone: [] })
  const elements = new Map(values.map((value) => [value, element(focused)]))
  const forget = new Map([...elements].map(([value, el]) => [value, rows.keep(value, el)]))
  const at = () => [...elements].find(([, el]) => el === focused.at)?.[0]
  return { rows, stores, done, elements, forget, at, focused }
}

test("labels are found by a part of their names, or by how their values begin", () => {
  const rows = [row(1, "Liver"), row(15, "Spleen"), row(151, "Left kidney"), row(215, "Aorta 15")]
  assert.deepEqual(valuesOf(soughtIn(rows, " LE ")), [15, 151])
  assert.deepEqual(valuesOf(soughtIn(rows, "15")), [15, 151, 215])
  assert.deepEqual(valuesOf(soughtIn(rows, " ")), [1, 15, 151, 215])
})

test("a new label is given the smallest value that is free", () => {
  assert.equal(firstFree(new Map([1, 2, 4].map((value) => [value, row(value)]))), 3)
})

test("Tab stops at the chosen row, and at the first where that is not found", () => {
  const { rows, stores } = table(3, 15, 150)
  assert.equal(rows.stop?.value, 3)
  stores.editor.set({ label: 150 })
  assert.equal(rows.stop?.value, 150)
  stores.editor.set({ label: 3 })
  rows.sought.value = "15"
  assert.equal(rows.stop?.value, 15)
})

test("where one looks, Enter chooses what was found, and an arrow only goes there", () => {
  const { rows, done, at } = table(3, 15, 150)
  rows.sought.value = "15"

  assert.equal(rows.goOn("ArrowDown"), true)
  assert.deepEqual([done, at()], [[], 15])
  assert.equal(rows.goOn("Enter"), true)
  assert.deepEqual(done, [["choose", 15]])
  assert.equal(rows.goOn("a"), false)
  rows.sought.value = "none"
  assert.equal(rows.goOn("Enter"), false)
})

test("keys at a row go to its neighbours that are shown, and do what is done with it", () => {
  const { rows, done, at } = table(3, 15, 150)
  rows.sought.value = "15"

  rows.key(15, "ArrowDown")
  assert.equal(at(), 150)
  rows.key(150, "ArrowDown")
  assert.equal(at(), 150)
  rows.key(150, "ArrowUp")
  assert.equal(at(), 15)
  for (const key of ["Enter", " ", "Delete", "F2"]) assert.equal(rows.key(15, key), true)
  assert.deepEqual(done, [["choose", 15], ["choose", 15], ["remove_label", 15]])
  assert.equal(rows.renamed.value, 15)
  assert.equal(rows.key(15, "a"), false)
})

test("a name is not written where the labels may not be changed", () => {
  const { rows, stores } = table(3)
  stores.connection.set({ held: false })

  rows.rename(3)

  assert.equal(rows.renamed.value, null)
})

test("a name is no longer written when its row is no more", () => {
  const { rows, forget } = table(3, 15)
  rows.rename(15)
  rows.settle()
  assert.equal(rows.renamed.value, 15)

  forget.get(15)?.()
  rows.settle()

  assert.equal(rows.renamed.value, null)
})

test("where the row that has the focus goes, keys go on at the stop; and they stay where they are if another goes", () => {
  const { rows, elements, forget, at, focused } = table(3, 15, 150)
  elements.get(150)?.focus()
  forget.get(15)?.()
  rows.settle()
  assert.equal(at(), 150)

  forget.get(150)?.()
  focused.at = null
  rows.settle()

  assert.equal(at(), 3)
})

test("a row that is no element yet is wanted as one, and gets the focus then", () => {
  const { rows, forget, focused } = table(3, 15, 150)
  forget.get(150)?.()
  rows.focus(150)
  assert.deepEqual(rows.besides, [0, 2, -1])

  const el = element(focused)
  rows.keep(150, el)
  rows.settle()

  assert.equal(focused.at, el)
})

test("the row of another label is seen; the focus goes to it from a row, and from nowhere else", () => {
  const { rows, stores, elements, at } = table(3, 15, 150)
  stores.editor.set({ label: 15 })
  rows.follow(15)
  assert.deepEqual([elements.get(15)?.seen, at()], [1, undefined])

  elements.get(150)?.focus()
  rows.follow(15)

  assert.equal(at(), 15)
})
