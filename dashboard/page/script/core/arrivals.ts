// Whole arrays of the open volume, which come in pieces.

import type { Messages } from "./protocol.ts"
import type { Parts } from "./parts.ts"
import { Incoming } from "./wire.ts"

export class Arrivals {
  readonly #parts: Parts
  #incoming: { array: string; revision: number | null; pieces: Incoming } | null = null

  constructor(parts: Parts) { this.#parts = parts }

  begin({ array, revision, ...kind }: Messages["begin"]): void {
    this.#incoming = { array, revision, pieces: new Incoming(kind) }
    this.#say(array, 0)
  }

  async piece(message: Messages["piece"]): Promise<void> {
    const { array, pieces } = this.#coming
    await pieces.add(message)
    this.#say(array, pieces.fraction)
  }

  end(): void {
    const { array, revision, pieces } = this.#coming
    this.#incoming = null
    this.#say(array, 1)
    this.#parts.stores.document.slices?.arrive?.(array, pieces.whole, revision)
    if (array === "labels") this.#relabelled()
  }

  get #coming() {
    if (!this.#incoming) throw new Error("a piece of an array came before its beginning")
    return this.#incoming
  }

  #say(array: string, fraction: number): void {
    const { view, document } = this.#parts.stores
    view.progress(fraction < 1 ? `Loading ${document.nameOf(array)} ${Math.round(fraction * 100)} %` : "")
  }

  /** All labels have come: what was drawn meanwhile lies over them. */
  #relabelled(): void {
    const { changes, brush, slices } = this.#parts
    changes.resend()
    if (brush.replay()) slices.drawLabels()
  }
}
