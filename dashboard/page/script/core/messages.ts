// What is done with each message of the server.

import { Arrivals } from "./arrivals.ts"
import { Edits } from "./edits.ts"
import { open, putAside } from "./opening.ts"
import type { Parts } from "./parts.ts"
import type { Messages } from "./protocol.ts"
import type { Takers } from "./wire.ts"
import { Files } from "./files.ts"
import { listVolumes } from "../stores/series.ts"

export function takersOf(parts: Parts, figures: { readonly isThere: boolean }): Takers {
  const { connection, dialogs, document } = parts.stores
  const [arrivals, edits, files] = [new Arrivals(parts), new Edits(parts), new Files()]
  return {
    open: (message) => open(message, parts, figures),
    begin: (message) => arrivals.begin(message),
    piece: (message) => arrivals.piece(message),
    end: () => arrivals.end(),
    part: (message) => (message.case === document.state.opened?.case ? document.slices?.take?.(message) : undefined),
    partition: (message) => document.slices?.takePartition?.(message),
    painted: (message) => edits.painted(message),
    patched: (message) => edits.patched(message),
    stale: (message) => edits.stale(message),
    replaced: (message) => edits.replaced(message),
    divided: (message) => edits.divided(message),
    volumes: (message) => takeVolumes(parts, message),
    rows: (message) => takeRows(parts, message),
    history: (message) => document.takeHistory(message),
    went: ({ at }) => parts.slices.reveal(at),
    taken: (message) => taken(parts, message),
    kept: (message) => takeKept(parts, message),
    state: (message) => takeState(parts, message),
    job: ({ job }) => connection.set({ job, idle: job === null, takesOver: connection.state.takesOver && job !== null }),
    pong: () => {}, // that it came was all it had to say
    notice: (message) => dialogs.tell(message),
    ask: (question) => dialogs.set({ question }),
    intensities: (intensities) => takeIntensities(parts, intensities),
    folder: (folder) => dialogs.set({ folder }),
    uploaded: () => dialogs.set({ opening: false }),
    file: (message) => files.take(message),
    several: () => { throw new Error("each of them is a message") },
  }
}

function takeVolumes({ stores: { document }, slices, actions }: Parts, message: Messages["volumes"]): void {
  if (!document.state.opened) return
  const before = document.state.shown
  document.set(listVolumes(document.state, message))
  document.slices?.keepOnly(document.state.volumes.map(({ key }) => key))
  if (!document.several) actions.compare(false)
  const { shown } = document.state
  if (shown && shown !== before) actions.setWindow(shown.window)
  slices.compare.window() // the second may be another one
  slices.redraw()
}

function takeRows({ stores: { document }, slices }: Parts, message: Messages["rows"]): void {
  const isDrawnAnew = document.takeRows(message)
  if (isDrawnAnew && document.state.revision >= 0) slices.drawLabels()
}

/** What was asked for is on disk, or was refused. */
function taken({ changes, strokes }: Parts, { name, case: opening, refused }: Messages["taken"]): void {
  if (changes.waiting.get(name) !== opening) return // it was put aside since, and perhaps sent again
  strokes.acknowledge(name, refused)
  changes.acknowledge(name)
}

function takeKept(parts: Parts, message: Messages["kept"]): void {
  const { connection, document } = parts.stores
  if (message.held) dropOld(parts.stores, message)
  else putAside(parts)
  connection.keep(message)
  if (message.held && document.state.opened && document.state.revision >= 0) parts.changes.resend()
}

/** Take away what was said of a trouble that is over. */
function dropOld({ connection, dialogs, view }: Parts["stores"], { trouble }: Messages["kept"]): void {
  if (!connection.state.held) {
    dialogs.drop("This volume was opened elsewhere") // and is here again, with all of it
    view.hint("")
  }
  if (connection.state.trouble && !trouble) dialogs.drop("Not saved: ")
}

function takeState({ stores: { connection, document, editor } }: Parts, message: Messages["state"]): void {
  document.set({ threshold: message.threshold })
  // An answer to an earlier choice must not undo the latest one.
  if (message.choice === editor.state.choices) editor.set({ label: message.label })
  connection.set({ whyHere: message.why_here }) // who may write is told by “kept”, which comes after this
}

/** The plot is opened when it is asked for, and not again by figures that come after it was closed. */
function takeIntensities({ stores: { dialogs } }: Parts, intensities: Messages["intensities"]): void {
  if (intensities.labels === null || dialogs.state.intensities) dialogs.set({ intensities })
}
