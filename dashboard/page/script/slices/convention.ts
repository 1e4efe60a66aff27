// On which side of the screen the patient's right lies. A volume whose file does not know left from right is of no
// patient: x is to the right there, and y downwards, as in its file. A stroke says in which view it was drawn, so that the
// server reads it in that one; the browser remembers what its user prefers.

import { remember, remembered } from "../core/keeping.ts"
import type { Layouts } from "../core/protocol.ts"
import type { Parts } from "../core/parts.ts"
import type { Opened } from "../stores/document.ts"

const CONVENTION = "supervox-convention"
const NO_SIDES = "The file of this volume does not know left from right"
const ON_THE_WAY = "A stroke is still on its way: turn the slices when it is saved"

/** A plane of the patient, or of the file. */
export type Plane = keyof Layouts

export class Convention {
  readonly #parts: Pick<Parts, "stores" | "strokes">

  constructor(parts: Pick<Parts, "stores" | "strokes">) {
    this.#parts = parts
    parts.stores.view.set({ prefersRadiological: remembered(CONVENTION) !== "neurological" })
  }

  get isOriented(): boolean { return this.#parts.stores.document.state.opened?.oriented ?? true }

  get isRadiological(): boolean { return this.#parts.stores.view.state.prefersRadiological || !this.isOriented }

  get name(): string { return this.isRadiological ? "radiological" : "neurological" }

  /** How the slices of a volume lie in this view. */
  layouts({ layouts, neurological }: Pick<Opened, "layouts" | "neurological">): Layouts {
    return this.isRadiological ? layouts : neurological
  }

  /** What a slice of a plane says of its sides: nothing, where there are none. */
  sideOf(plane: Plane): string { return plane === "sagittal" || !this.isOriented ? "" : this.name }

  /** Prefer the other view; false, and a hint why, if the slices may not be turned. */
  flip(): boolean {
    const { view } = this.#parts.stores
    const refusal = this.#refusal
    if (refusal) view.hint(refusal)
    if (refusal) return false
    view.set({ prefersRadiological: !view.state.prefersRadiological })
    remember(CONVENTION, this.name)
    return true
  }

  get #refusal(): string {
    const { stores: { document, editor }, strokes } = this.#parts
    if (!this.isOriented) return NO_SIDES
    // A line that waits lies on the canvas as it was drawn, and would be seen on the other side.
    return document.state.opened && (editor.state.drawing || strokes.areOnTheWay) ? ON_THE_WAY : ""
  }
}
