// The intensities of each label as a plot, which the server draws; the names beside it are text.

import type { Given } from "../core/actions.ts"
import { figure } from "../core/dom.ts"
import type { Messages } from "../core/protocol.ts"
import { Dialog } from "./dialog.tsx"
import { Slot } from "./slot.tsx"

type Counted = Exclude<Messages["intensities"]["labels"], null>

/** What was counted of each label: no labels yet as long as it is being counted. */
export function Intensities({ stores: { dialogs }, plot }: Given & { plot: HTMLElement }) {
  const { intensities } = dialogs.state
  const labels = intensities?.labels ?? []
  const close = () => dialogs.set({ intensities: null })
  return (
    <Dialog class="intensities" name="Intensities by label" isOpen={intensities !== null} onClose={close}>
      <h2>Intensities by label</h2>
      <div class={labels.length ? "plot" : "plot empty"}><Slot el={plot} /></div>
      <ul class="legend" aria-label="Labels in the plot">{labels.map((label, n) => <Legend key={n} {...label} />)}</ul>
      <p class="dim" role="status">{saidOf(intensities)}</p>
      <p class="end"><button title="Close (Esc)" onClick={close}>Close</button></p>
    </Dialog>
  )
}

function saidOf(intensities: Messages["intensities"] | null): string {
  if (!intensities) return ""
  return intensities.labels === null ? "Counting the intensities…" : intensities.said
}

const Legend = ({ name, color, voxels }: Counted[number]) => (
  <li>
    <i class="swatch" style={{ background: color }} />
    <span class="name" title={name}>{name}</span>
    <span class="dim">{figure(voxels)} voxels</span>
  </li>
)
