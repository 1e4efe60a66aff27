// Sections of the side panel fold by a click on their headings: a low window has no room for all.

import { h } from "../core/dom.ts"

export const LOW_PX = 820

/** Let a section fold; its heading becomes a button. Returns how to fold it, or unfold it. */
export function foldable(section) {
  const text = section.querySelector("h2").firstChild
  const button = h("button", { class: "fold", "aria-expanded": "true", title: "Fold or unfold", onclick: () => fold(!section.classList.contains("folded")) })
  text.replaceWith(button)
  button.append(text)
  const fold = (folded) => {
    section.classList.toggle("folded", folded)
    button.setAttribute("aria-expanded", String(!folded))
  }
  return fold
}
