// What the bar says of the labels: whether they are on disk, and who may change them. "Saved" is said of nothing that
// the server has not acknowledged, at once.

import type { ConnectionStore } from "../stores/connection.ts"

const AGAIN = "It is tried again every two seconds. Download the labels to be safe."
const GONE = "Download the labels to keep them as they are here."

export interface SavedText { mood: "" | "good" | "bad"; text: string; title: string }

export function savedText(connection: Pick<ConnectionStore, "state" | "unsaved">): SavedText {
  const { lost, takesOver, trouble, held } = connection.state
  if (lost) return { mood: "bad", text: "not connected", title: "The server does not answer" }
  if (takesOver) return { mood: "", text: "taking over…", title: "" }
  if (trouble) return { mood: "bad", text: `NOT SAVED: ${trouble}`, title: `${trouble}. ${held ? AGAIN : GONE}` }
  if (!held) return { mood: "bad", text: "read-only", title: "The labels of this volume are written elsewhere" }
  return connection.unsaved
    ? { mood: "", text: "saving…", title: "The server has not said yet that all is on its disk" }
    : { mood: "good", text: "✓ saved", title: "All that you did is on the server’s disk" }
}
