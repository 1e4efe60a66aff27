// Files that the server hands to the browser in pieces, as they are too big for one message.

import { saveAs } from "../slices/picture.ts"
import type { Messages } from "./protocol.ts"

export class Files {
  #parts: ArrayBuffer[] = []

  take({ name, parts, part, data }: Messages["file"]): void {
    this.#parts = part === 0 ? [data] : [...this.#parts, data]
    if (part + 1 < parts) return
    saveAs(name, new Blob(this.#parts.splice(0)))
  }
}
