import assert from "node:assert/strict"
import { test } from "node:test"
import { DocumentStore, abgr, keysOf } from "./document.ts"

const row = (value: number, change = {}) =>
  ({ value, name: `Label ${value}`, color: "#ff8000", visible: true, locked: false, voxels: 0, mean: null, sd: null, ...change })

test("a colour is packed as a canvas has it: blue, green, red", () => {
  assert.equal(abgr("#ff8001"), 0x0180ff)
})

test("rows stay in the order of their values, whatever the order in which they come", () => {
  const document = new DocumentStore()

  document.takeRows({ fresh: true, rows: [row(7), row(2)], gone: [] })
  document.takeRows({ fresh: false, rows: [row(3), row(2, { name: "Liver" })], gone: [7] })

  assert.deepEqual([...document.state.rows.values()].map(({ name }) => name), ["Liver", "Label 3"])
})

test("only another colour or another visibility is drawn anew", () => {
  const document = new DocumentStore()
  document.takeRows({ fresh: true, rows: [row(1)], gone: [] })

  assert.equal(document.takeRows({ fresh: false, rows: [row(1, { name: "Tumour", voxels: 9 })], gone: [] }), false)
  assert.equal(document.takeRows({ fresh: false, rows: [row(1, { color: "#000001" })], gone: [] }), true)
  assert.equal(document.takeRows({ fresh: false, rows: [row(1, { color: "#000001", visible: false })], gone: [] }), true)
  assert.deepEqual([document.colors[1], document.hidden[1]], [0x010000, 1])
})

test("a history that comes in parts is seen when it is whole", () => {
  const document = new DocumentStore()
  document.takeHistory({ start: 0, titles: ["a", "b", "c"], done: 3, count: 3 })

  document.takeHistory({ start: 1, titles: ["x"], done: 4, count: 4 })
  assert.deepEqual([document.state.titles, document.state.done], [["a", "b", "c"], 3])
  document.takeHistory({ start: 2, titles: ["y", "z"], done: 4, count: 4 })

  assert.deepEqual([document.state.titles, document.state.done], [["a", "x", "y", "z"], 4])
})

test("each of the first nine labels has the key of its value, and others those that are left", () => {
  assert.deepEqual([...keysOf([2, 9, 300, 4000])], [[2, 2], [9, 9], [300, 1], [4000, 3]])
  assert.equal(keysOf(Array.from({ length: 40 }, (_, n) => n + 1)).size, 9)
})

test("a key without a label stands for the label of its number", () => {
  const document = new DocumentStore()
  document.takeRows({ fresh: true, rows: [row(300)], gone: [] })

  assert.deepEqual([document.labelOfKey(1), document.labelOfKey(5)], [300, 5])
})
