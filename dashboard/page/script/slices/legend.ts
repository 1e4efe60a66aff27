// What stands over a slice: its name, the letters of the patient's sides, a scale, and the crosshair.

import { h } from "../core/dom.ts"
import type { Layout } from "../core/protocol.ts"
import { lengthText, nice } from "./lengths.ts"
import type { Pixel } from "./viewport.ts"

const BAR = 90 // px that the scale bar has at most

/** What a slice is called: in words, where it lies, and which volume it shows, where there is a choice. */
export interface Heading { name: string; where: string; volume: string }

export class Legend {
  readonly #lines = { x: h("div", { class: "line v" }), y: h("div", { class: "line h" }) }
  readonly #title = h("span", { class: "title" })
  readonly #letters = ["left", "right", "up", "down"].map((side) => h("span", { class: `letter ${side}` }))
  readonly #side = h("span", { class: "side" })
  readonly #length = h("span")
  readonly #bar = h("div", { class: "scale" }, this.#length)

  /** From below to above. */
  get els(): HTMLElement[] { return [this.#lines.x, this.#lines.y, this.#title, ...this.#letters, this.#side, this.#bar] }

  lay({ x, y }: Layout): void {
    const [left, right, up, down] = this.#letters
    ;[left.textContent, right.textContent] = x.letters
    ;[down.textContent, up.textContent] = y.letters
  }

  head({ name, where, volume }: Heading): void {
    this.#title.replaceChildren(name, h("small", {}, where), volume ? h("small", { class: "volume" }, volume) : "")
  }

  /** On which side the patient's right lies, in a word. */
  set side(name: string) { this.#side.textContent = name }

  /** Draw the scale for a zoom. */
  measure(pxPerMm: number): void {
    const length = nice(BAR / pxPerMm)
    this.#bar.style.width = `${length * pxPerMm}px`
    this.#length.textContent = lengthText(length)
  }

  cross([px, py]: Pixel): void {
    this.#lines.x.style.transform = `translateX(${px}px)`
    this.#lines.y.style.transform = `translateY(${py}px)`
  }
}
