// What a view's corner offers while the mouse is over it.

import { h, icon } from "../core/dom.ts"
import type { Parts } from "../core/parts.ts"
import { savePicture } from "./picture.ts"

const PICTURE = ["M4 8h4l2-3h4l2 3h4v11H4z", "M12 10a3.2 3.2 0 1 0 .01 0"]
const ENLARGE = ["M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"]

/** What a button there is, does and shows. */
interface CornerButton { kind: string; title: string; key: string; act: () => void; paths: string[] }

export function corner(parts: Pick<Parts, "stores" | "slices" | "quad">, section: HTMLElement): HTMLElement {
  const view = section.getAttribute("aria-label")
  const button = ({ kind, title, key, act, paths }: CornerButton) =>
    h("button", { class: kind, "aria-label": `${title}: ${view}`, title: `${title}: ${view} (${key})`, onclick: act }, icon(...paths))
  return h("div", { class: "corner" },
    button({ kind: "picture", title: "Save a picture", key: "P", act: () => void savePicture(parts, section), paths: PICTURE }),
    button({ kind: "enlarge", title: "Enlarge", key: "M, or a double click", act: () => parts.quad.toggle(section), paths: ENLARGE }))
}
