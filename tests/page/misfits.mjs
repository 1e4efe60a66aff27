// What the page's own checker says of [table, name, values] each, which come as JSON.

import { readFileSync } from "node:fs"
import { misfitOf } from "../../dashboard/page/script/core/check_protocol.ts"
import { MESSAGES, PANE_MESSAGES, PANE_VERBS, VERBS } from "../../dashboard/page/script/core/protocol.ts"

const TABLES = { MESSAGES, PANE_MESSAGES, PANE_VERBS, VERBS }

/** What JSON does not know comes by its name: {bytes: numbers}, {number: "NaN"}. */
function whole(_name, value) {
  if (value?.bytes) return new Uint8Array(value.bytes).buffer
  return value?.number ? Number(value.number) : value
}

const tried = JSON.parse(readFileSync(0, "utf8"), whole)
console.log(JSON.stringify(tried.map(([table, name, values]) => misfitOf(TABLES[table], name, values))))
