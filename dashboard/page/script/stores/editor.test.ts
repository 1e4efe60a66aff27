import assert from "node:assert/strict"
import { test } from "node:test"
import { EditorStore } from "./editor.ts"

test("radii fit to the voxels of the volume", () => {
  for (const [edge, unit, brush] of [[1, 0.5, 3], [0.001, 0.0005, 0.003], [7, 2, 12]]) {
    const editor = new EditorStore()

    editor.open({ spacing: [edge * 4, edge, edge * 2] })
    editor.set({ tool: "brush" })

    assert.deepEqual([editor.state.unit, editor.radius], [unit, brush])
  }
})

test("a radius goes in steps, and neither below nothing nor above the most", () => {
  const editor = new EditorStore()
  editor.open({ spacing: [1, 1, 1] })

  editor.stepRadius(-1)
  assert.equal(editor.radius, 0)
  editor.stepRadius(1)
  assert.equal(editor.radius, 0.5)
  editor.adjust({ radius_mm: 1000 })
  editor.stepRadius(1)
  assert.equal(editor.radius, 1000)
})

test("what is set of a tool stays with that tool", () => {
  const editor = new EditorStore()
  editor.set({ tool: "brush" })
  editor.adjust({ is_ball: true, radius_mm: 2 })
  editor.set({ tool: "draw" })

  assert.deepEqual(editor.tip, { kind: "superpixels", radius_mm: 0 })
  editor.set({ tool: "eraser" })
  assert.deepEqual(editor.tip, { kind: "voxels", radius_mm: 2, is_ball: true, is_within: false })
})

test("an eraser gives what its counterpart gives", () => {
  const editor = new EditorStore()
  const erasing = (["draw", "erase", "brush", "eraser", "window"] as const).map((tool) => {
    editor.set({ tool })
    return [editor.erases, editor.giving, editor.draws]
  })

  assert.deepEqual(erasing, [[false, "draw", true], [true, "draw", true], [false, "brush", true], [true, "brush", true], [false, "window", false]])
})

test("a tool without a radius has none to step", () => {
  const editor = new EditorStore()
  editor.set({ tool: "cursor" })

  editor.stepRadius(1)
  editor.adjust({ radius_mm: 4 })

  assert.equal(editor.radius, undefined)
})
