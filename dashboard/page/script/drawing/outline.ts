// How far the tool reaches, as a circle under the pointer.

import { h } from "../core/dom.ts"
import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"
import type { EditorStore } from "../stores/editor.ts"

const LEAST_PX = 4

export class Outline {
  over: Pane | null = null // the pane under the pointer
  readonly #editor: EditorStore
  #at: Pixel = [0, 0]
  #circle: HTMLElement | null = null

  constructor(editor: EditorStore) { this.#editor = editor }

  /** The pointer is at a point of a pane, or over none; or the tool, its radius or the pane's zoom is another. */
  follow(pane: Pane | null, at = this.#at): void {
    this.over = pane
    this.#at = at
    const { radius } = this.#editor
    if (this.over?.layout && radius) this.#show(this.over, radius)
    else if (this.#circle) this.#circle.hidden = true
  }

  #show(pane: Pane, radius: number): void {
    const circle = this.#circle ??= h("i", { class: "circle" })
    circle.hidden = false
    if (circle.parentNode !== pane.el) pane.el.append(circle)
    const size = Math.max(LEAST_PX, 2 * radius * pane.pxPerMm)
    const [x, y] = this.#at
    circle.style.width = circle.style.height = `${size}px`
    circle.style.transform = `translate(${x - size / 2}px, ${y - size / 2}px)`
  }
}
