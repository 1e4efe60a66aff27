// Small things of elements and numbers that the hand-made parts use.

declare global {
  interface HTMLElement {
    /** What a key does while this has the focus; tells whether it does anything (keys.ts). */
    takesKey?: (key: string) => boolean
  }
}

type Attribute = string | number | boolean | null | undefined | ((event: never) => void)

/** Make an element; attributes that begin with "on" are listeners. Text is never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Record<string, Attribute> = {}, ...children: (Node | string | null | undefined)[]
): HTMLElementTagNameMap[Tag] {
  const el = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") el.addEventListener(name.slice(2), value as EventListener)
    else if (value === true) el.setAttribute(name, "")
    else if (value !== false && value != null) el.setAttribute(name, String(value))
  }
  el.append(...children.filter((child) => child != null))
  return el
}

/** All elements under a root that a selector finds, in shadows too. */
export function* found(root: ParentNode, selector: string): Generator<HTMLElement> {
  for (const el of root.querySelectorAll<HTMLElement>("*")) {
    if (el.matches(selector)) yield el
    if (el.shadowRoot) yield* found(el.shadowRoot, selector)
  }
}

const SVG = "http://www.w3.org/2000/svg"

/** Make a 24 × 24 line icon from path data. */
export function icon(...paths: string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path")
    path.setAttribute("d", d)
    svg.append(path)
  }
  return svg
}

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Show a number with about four significant digits and thousands separated. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return value.toLocaleString("en")
  const size = Math.abs(value)
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4
  return Number(value.toFixed(digits)).toLocaleString("en", { maximumFractionDigits: digits })
}
