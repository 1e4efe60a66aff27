// How the volume is shown: where the three slices are, and what of it is seen. Nothing of it is on the server's disk.

import type { Voxel } from "../slices/geometry.ts"
import { observed } from "./observed.ts"

export type Range = [low: number, high: number]

/** What can be shown or hidden, and how strong labels are. */
export interface Display {
  borders: boolean
  labels_shown: boolean
  surfaces_shown: boolean
  crosshair_shown: boolean
  highlight: boolean
  opacity: number // of labels, 0 to 1
}

export type Toggle = Exclude<keyof Display, "opacity">

export interface ViewState extends Display {
  cursor: Voxel
  window: Range // of the volume that is shown
  prefersRadiological: boolean
  comparing: boolean // side by side
  large: boolean // one view has the place of all four
  pointed: Voxel | null // the voxel under the pointer
  pointedAgain: number // counts what may have changed under the pointer
  hint: string // what was said last of what the user did
  done: ReadonlySet<HintName> // what was done, or put away: it is told of no more
}

/** What a newcomer is told of. */
export type HintName = "draw" | "zoom" | "enlarge" | "help"

const DISPLAY: Display = { borders: true, labels_shown: true, surfaces_shown: true, crosshair_shown: true, highlight: true, opacity: 0.5 }
const HINT_MS = 5000 // what loads, or waits, says nothing over a younger hint

export class ViewStore {
  readonly state: Readonly<ViewState>
  readonly set: (change: Partial<ViewState>) => void
  #hintedAt = -Infinity

  constructor() {
    [this.state, this.set] = observed<ViewState>({
      ...DISPLAY, cursor: [0, 0, 0], window: [0, 1], prefersRadiological: true, comparing: false, large: false,
      pointed: null, pointedAgain: 0, hint: "", done: new Set(),
    })
  }

  /** What a reload brings back. */
  get display(): Display {
    const { borders, labels_shown, surfaces_shown, crosshair_shown, highlight, opacity } = this.state
    return { borders, labels_shown, surfaces_shown, crosshair_shown, highlight, opacity }
  }

  /** Say something of what the user did, long enough to be read. */
  hint(text: string): void {
    this.#hintedAt = text ? performance.now() : -Infinity
    this.set({ hint: text })
  }

  /** Something was done that a newcomer is told of, or its hint was put away. */
  finish(name: HintName): void {
    if (!this.state.done.has(name)) this.set({ done: new Set([...this.state.done, name]) })
  }

  /** Say how far something is; not over a hint that is still to be read. */
  progress(text: string): void {
    if (performance.now() - this.#hintedAt > HINT_MS) this.set({ hint: text })
  }
}
