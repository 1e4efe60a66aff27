// The mark in the bar: whether the labels are on disk, and how to write them from here. Its text has one width, so
// nothing moves.

import type { Given } from "../core/actions.ts"
import { savedText } from "./saved_text.ts"

export function SavedMark({ stores: { connection, document }, actions }: Given) {
  const { mood, text, title } = savedText(connection)
  const { held, takesOver, lost } = connection.state
  const isOpen = document.state.opened !== null
  return (
    <div class="saved">
      <span role="status" aria-label="Saved" class={mood} title={title}>{isOpen ? text : ""}</span>
      <button aria-label="Take over" title="Write to this volume’s labels from here; the other page becomes read-only"
        hidden={held || takesOver || !isOpen || lost} onClick={() => actions.takeOver()}>Take over</button>
    </div>
  )
}
