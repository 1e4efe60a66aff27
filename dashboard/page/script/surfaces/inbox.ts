// What the server says to the pane: looked at by the protocol's table, and taken in order.

import { misfitOf } from "../core/check_protocol.ts"
import { PANE_MESSAGES, type PaneMessage, type PaneMessages } from "../core/protocol.ts"
import { inflate } from "../core/wire.ts"
import { type Mesh, unpacked } from "./meshes.ts"

/** What is done by what the server says. */
export interface Takes {
  scene(values: PaneMessages["scene"]): void
  looks(values: PaneMessages["looks"]): void
  gone(values: PaneMessages["gone"]): void
  shown(values: PaneMessages["shown"]): void
  surface(label: number, mesh: Mesh): void
}

export class Inbox {
  readonly #takes: Takes
  readonly #fail: (text: string) => void
  #queue: Promise<void> = Promise.resolve()
  #parts: ArrayBuffer[] = []

  constructor(takes: Takes, fail: (text: string) => void) {
    this.#takes = takes
    this.#fail = fail
  }

  receive(message: PaneMessage): void {
    this.#queue = this.#queue.then(() => this.#take(message))
      .catch((error: unknown) => this.#fail(`The 3D view could not take “${message.kind}”: ${error instanceof Error ? error.message : String(error)}`))
  }

  async #take(message: PaneMessage): Promise<void> {
    const { kind, ...values } = message
    const wrong = misfitOf(PANE_MESSAGES, kind, values)
    if (wrong) {
      console.error(`“${kind}” is not what the 3D view expects: ${wrong}`)
      throw new Error(wrong)
    }
    if (message.kind === "several") for (const each of message.messages) await this.#take(each as unknown as PaneMessage)
    else if (message.kind === "surface") await this.#surface(message)
    else this.#act(message)
  }

  #act(message: Exclude<PaneMessage, { kind: "several" | "surface" }>): void {
    switch (message.kind) {
      case "scene": return this.#takes.scene(message)
      case "looks": return this.#takes.looks(message)
      case "gone": return this.#takes.gone(message)
      case "shown": return this.#takes.shown(message)
    }
  }

  async #surface(surface: PaneMessages["surface"]): Promise<void> {
    const { label, part, parts, data } = surface
    this.#parts = part === 0 ? [data] : [...this.#parts, data]
    if (part + 1 < parts) return
    const packed = await new Blob(this.#parts.splice(0)).arrayBuffer()
    this.#takes.surface(label, unpacked(surface, new Uint8Array(await inflate(packed))))
  }
}
