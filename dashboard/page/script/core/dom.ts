// Small things that every other file here uses: elements, numbers as text, a signal.

/** Make an element; attributes that begin with "on" are listeners. Text is never markup. */
export function h(tag, attributes = {}, ...children) {
  const el = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value)
    else if (value === true) el.setAttribute(name, "")
    else if (value !== false && value != null) el.setAttribute(name, value)
  }
  el.append(...children.filter((child) => child != null))
  return el
}

/** The key of a button, beside its name: drawn, not said, since it is no part of that name. */
export const keycap = (key = "") => h("kbd", { "aria-hidden": "true", "data-key": key })

/** All elements under a root that a selector finds, in shadows too. */
export function* found(root, selector) {
  for (const el of root.querySelectorAll("*")) {
    if (el.matches(selector)) yield el
    if (el.shadowRoot) yield* found(el.shadowRoot, selector)
  }
}

const SVG = "http://www.w3.org/2000/svg"

/** Make a 24 × 24 line icon from path data. */
export function icon(...paths) {
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

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value))

/** Show a number with about four significant digits and thousands separated. */
export function figure(value) {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return value.toLocaleString("en")
  const size = Math.abs(value)
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4
  return Number(value.toFixed(digits)).toLocaleString("en", { maximumFractionDigits: digits })
}

/** Listeners that are called in turn. */
class Signal {
  listeners = []
  connect(listener) { this.listeners.push(listener) }
  emit(...values) { for (const listener of this.listeners) listener(...values) }
}
