// Edits that the server tells of: each changes labels in boxes, and is taken in its turn.

import type { Box, Messages } from "./protocol.ts"
import type { Preview } from "../drawing/brush.ts"
import type { Parts } from "./parts.ts"
import { inflate } from "./wire.ts"

/** What tells edits apart: how many there were, and which stroke of this page it was. */
interface Edit { revision: number; stroke?: string }

export class Edits {
  readonly #parts: Parts

  constructor(parts: Parts) { this.#parts = parts }

  painted(message: Messages["painted"]): void {
    this.#take(message, [message.box], () => this.#source.paint(message))
  }

  async patched(message: Messages["patched"]): Promise<void> {
    const values = new Uint16Array(await inflate(message.data))
    this.#take(message, message.boxes, () => this.#source.patch?.(message.boxes, values))
  }

  stale(message: Messages["stale"]): void {
    this.#take(message, message.boxes, (preview) => this.#source.stale?.(message.boxes, preview?.seen))
  }

  replaced({ revision }: Messages["replaced"]): void {
    const { document } = this.#parts.stores
    if (!document.state.opened) return
    document.set({ revision })
    this.#source.replaced?.()
    this.#parts.changes.resend()
    this.#parts.slices.redraw()
  }

  /** Superpixels were cut into finer ones, or joined again. */
  async divided(message: Messages["divided"]): Promise<void> {
    const ids = new Uint32Array(await inflate(message.data))
    this.#source.divide?.(message.at, message.boxes, ids)
    this.#parts.slices.drawOverlay()
    this.#parts.slices.pointAgain()
  }

  get #source() {
    const { slices } = this.#parts.stores.document
    if (!slices) throw new Error("no volume is open")
    return slices
  }

  /** Take an edit that changed labels inside boxes, if it is the next one; ask for all labels if one was missed. */
  #take({ revision, stroke }: Edit, boxes: Box[], write: (preview?: Preview) => void): void {
    const { brush, slices, server, stores: { document } } = this.#parts
    const preview = stroke === undefined ? undefined : brush.settle(stroke)
    if (revision <= document.state.revision) return
    if (revision > document.state.revision + 1) return server.say("resync", {})
    document.set({ revision })
    write(preview)
    if (brush.replay()) slices.drawLabels()
    else slices.drawLabelsIn(boxes)
    slices.pointAgain()
  }
}
