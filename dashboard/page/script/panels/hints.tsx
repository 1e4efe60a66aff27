// What a newcomer is told, one thing at a time, in the line at the bottom: until it was done, or put away for good. And
// what Panel's own buttons do, which bring no tooltips.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { unseen, type Given, type Stores } from "../core/actions.ts"
import { found } from "../core/dom.ts"
import { remember, remembered } from "../core/keeping.ts"
import type { HintName, ViewStore } from "../stores/view.ts"

const HINTS_DONE = "supervox-hints"
const NEXT_HINT_MS = 20_000

/** What it says, and when that is true; it is done when the page sees that `name` is. */
interface Hint { name: HintName; text: string; isTrue: (stores: Stores) => boolean }

const HINTS: readonly Hint[] = [
  { name: "draw", text: "Draw a line over what you want to label", isTrue: canDraw },
  { name: "zoom", text: "The wheel goes through the slices, Ctrl+wheel zooms", isTrue: () => true },
  { name: "enlarge", text: "A double click shows one view large, another one all four",
    isTrue: ({ editor, view }) => !editor.paints && !editor.taps && !view.state.comparing },
  { name: "help", text: "? lists all keys and tools", isTrue: () => true },
]

function canDraw(stores: Stores): boolean {
  const { document, editor, connection } = stores
  const hasIds = document.state.partition !== null && document.slices?.hasIds === true
  return editor.state.tool === "draw" && hasIds && !connection.refusal && !unseen(stores)
}

export function Hints({ stores }: Pick<Given, "stores">) {
  const { view } = stores
  useRemembered(view)
  const hint = useHint(stores)
  const close = () => { if (hint) view.finish(hint.name) }
  const end = () => { for (const { name } of HINTS) view.finish(name) }
  return (
    <div class="tip" role="note" aria-label="Hint" hidden={hint === null}>
      <span>{hint?.text}</span>
      <button class="plain" aria-label="Close hint" title="Do not show this hint again" onClick={close}>×</button>
      <button class="plain" aria-label="No hints" title="Show no hints any more" onClick={end}>no hints</button>
    </div>
  )
}

/** The first hint that is left and true now; none while one was just done. */
function useHint(stores: Stores): Hint | null {
  const { document, view } = stores
  const shown = useRef<Hint | null>(null)
  const [rests, setRests] = useState(false)
  const wasDone = shown.current !== null && view.state.done.has(shown.current.name)
  const left = HINTS.filter(({ name }) => !view.state.done.has(name))
  const hint = rests || wasDone || !document.state.opened ? null : left.find(({ isTrue }) => isTrue(stores)) ?? null
  useLayoutEffect(() => {
    shown.current = hint
    if (wasDone) setRests(true)
  })
  useEffect(() => {
    if (!rests) return
    const next = setTimeout(() => setRests(false), NEXT_HINT_MS)
    return () => clearTimeout(next)
  }, [rests])
  return hint
}

/** Let what was done once be done in later visits too. */
function useRemembered(view: ViewStore): void {
  const { done } = view.state
  useLayoutEffect(() => {
    const before = remembered(HINTS_DONE)
    if (Array.isArray(before)) view.set({ done: new Set([...before as HintName[], ...view.state.done]) })
  }, [])
  useLayoutEffect(() => { if (done.size) remember(HINTS_DONE, [...done]) }, [done])
}

const DOWNLOADS: Record<string, string> = {
  "Download labels": "The label map as NIfTI; it lies on the volume voxel for voxel",
  "Download volume": "The volume as NIfTI",
  "Download superpixels": "The ids of the superpixels as NIfTI",
  "Download label table": "Values, names and colours of the labels as a BIDS _dseg.tsv",
  "Download statistics": "Size, intensities and place of each label as CSV",
}

/** Give Panel's buttons their tooltips, once they are there: React makes them when it likes. */
export function nameDownloads(part: ParentNode): void {
  for (const el of found(part, "button")) if (!el.title) el.title = DOWNLOADS[el.textContent.trim()] ?? ""
}
