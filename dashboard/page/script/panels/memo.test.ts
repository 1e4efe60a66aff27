import assert from "node:assert/strict"
import { test } from "node:test"
import { differ } from "./memo.ts"

test("values differ if one is another, is new or is missing", () => {
  const row = {}
  assert.equal(differ({ row, top: NaN }, { row, top: NaN }), false)
  for (const other of [{ row: {}, top: 1 }, { row, top: 2 }, { row, top: 1, key: 3 }, { row }]) {
    assert.equal(differ<object>({ row, top: 1 }, other), true)
  }
})
