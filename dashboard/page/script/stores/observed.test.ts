import assert from "node:assert/strict"
import { test } from "node:test"
import { effect } from "@preact/signals"
import { observed } from "./observed.ts"

test("what reads one value does not run again when another one changes", () => {
  const [state, set] = observed({ label: 1, tool: "draw" })
  const seen: number[] = []
  const end = effect(() => { seen.push(state.label) })

  set({ tool: "erase" })
  set({ label: 2 })
  end()

  assert.deepEqual(seen, [1, 2])
})

test("values that are set together are seen together", () => {
  const [state, set] = observed({ low: 0, high: 1 })
  const seen: string[] = []
  const end = effect(() => { seen.push(`${state.low} to ${state.high}`) })

  set({ low: 5, high: 9 })
  end()

  assert.deepEqual(seen, ["0 to 1", "5 to 9"])
})
