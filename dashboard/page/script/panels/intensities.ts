// The intensities of each label as a plot, which the server draws; the names beside it are text.

import { figure, h, icon } from "../core/dom.ts"

export class Intensities {
  constructor(bench, plot) {
    this.said = h("p", { class: "dim", role: "status" })
    this.names = h("ul", { class: "legend", "aria-label": "Labels in the plot" })
    this.plot = h("div", { class: "plot" }, plot)
    const close = h("button", { title: "Close (Esc)", onclick: () => this.el.close() }, "Close")
    this.el = h("dialog", { class: "intensities", "aria-label": "Intensities by label" },
      h("h2", {}, "Intensities by label"), this.plot, this.names, this.said, h("p", { class: "end" }, close))
  }

  /** What was counted: labels with their colours; null as long as it is being counted. */
  show({ labels, said }) {
    if (labels === null && !this.el.open) this.el.showModal()
    this.plot.classList.toggle("empty", !labels?.length)
    this.said.textContent = labels === null ? "Counting the intensities…" : said
    this.names.replaceChildren(...(labels ?? []).map(({ name, color, voxels }) => {
      const swatch = h("i", { class: "swatch" })
      swatch.style.background = color
      return h("li", {}, swatch, h("span", { class: "name", title: name }, name), h("span", { class: "dim" }, `${figure(voxels)} voxels`))
    }))
  }
}

export const intensitiesButton = (bench) => h("button", { class: "plain chart", "aria-label": "Intensities by label",
  title: "How the intensities of each label are spread, as a plot (I)", onclick: () => bench.say("intensities") },
icon("M3 20h18", "M4 17c3 0 3-9 6-9s3 9 6 9", "M11 17c3 0 3-12 5-12s2 12 4 12"))
