// What the rows of the history say. A row is known by how many edits are in force when one has gone there; the last
// one is 0, before the first edit.

/** Where a key goes from a row. */
export const HISTORY_KEYS: Readonly<Record<string, (now: number) => number>> = {
  ArrowUp: (now) => now + 1, ArrowDown: (now) => now - 1, PageUp: (now) => now + 10, PageDown: (now) => now - 10,
  Home: () => Infinity, End: () => 0,
}

/** The title of the edit after which so many are in force. */
export const titleOf = (titles: readonly string[], done: number): string => (done ? titles[done - 1] : "as it was opened")

/** What was done, and where; planes by other names, where a volume is of no patient. */
export function parted(title: string, names: Readonly<Record<string, string>> | null): [what: string, where: string] {
  const at = title.lastIndexOf(" · ") // a label's name may hold one too
  if (at < 0) return [title, ""]
  const place = title.slice(at + 3)
  return [title.slice(0, at), names ? place.replace(/^(axial|coronal|sagittal)\b/, (plane) => names[plane]) : place]
}

export type EditState = "now" | "" | "undone"

export function stateOf(done: number, now: number): EditState {
  if (done === now) return "now"
  return done < now ? "" : "undone"
}
