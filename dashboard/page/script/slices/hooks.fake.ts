// Hooks of a slice source that note what it asks and tells, for a page whose labels have a revision.

import type { Verbs } from "../core/protocol.ts"
import type { SourceHooks } from "./source.ts"

/** What the server was asked. */
export interface Said { verb: keyof Verbs; [value: string]: unknown }

export function hooksNoting({ revision = 0 } = {}) {
  const said: Said[] = []
  const told: unknown[][] = []
  const page = { revision, shown: 0, isCurrent: true }
  const hooks: SourceHooks = {
    say: (verb, values) => said.push({ verb, ...values }),
    redraw: () => told.push(["redraw"]),
    redrawSlice: (axis, layer) => told.push(["redraw slice", axis, layer]),
    redrawVolume: () => told.push(["redraw volume"]),
    havePartition: (partition) => told.push(["partition", partition]),
    replay: () => told.push(["replay"]),
    revision: () => page.revision,
    setRevision: (to) => { page.revision = to },
    shownKey: () => page.shown,
    isCurrent: () => page.isCurrent,
  }
  return { hooks, said, told, page }
}
