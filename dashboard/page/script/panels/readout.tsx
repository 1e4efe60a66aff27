// The line at the bottom: what is under the pointer. It asks the server for nothing.

import { useRef } from "preact/hooks"
import type { Given } from "../core/actions.ts"
import { isInside } from "../slices/geometry.ts"
import { NOTHING_TOLD, toldOf, type Told } from "./readout_text.ts"

export function Readout({ stores }: Given) {
  const now = pointedAt(stores)
  const last = useRef(NOTHING_TOLD) // it keeps its place while it is not seen, so that the hint does not move
  if (now) last.current = now
  const { voxel, world, value, superpixel, label, color } = last.current
  return (
    <div class={now ? "readout" : "readout empty"} role="group" aria-label="Under the pointer">
      <span class="voxel">{voxel}</span>
      <span class="world">{world}</span>
      <span class="value">{value}</span>
      <span class="superpixel">{superpixel}</span>
      {/* The colour is not the text's own: it may be too dark to be read. */}
      <span class="label" style={`--color: ${color}`}>{label}</span>
      <span class="hint">{stores.view.state.hint}</span>
    </div>
  )
}

/** What is told of the voxel under the pointer; null while there is none. */
function pointedAt({ view, document }: Given["stores"]): Told | null {
  const { pointed, pointedAgain } = view.state
  void pointedAgain // what is known of the voxel is of no signal: this one says that it may be more
  const { opened } = document.state
  if (!pointed || !opened || !document.slices || !isInside(opened.shape, pointed)) return null
  return toldOf(document, opened, document.slices, pointed)
}
