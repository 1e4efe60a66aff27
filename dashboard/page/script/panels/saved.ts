// What the bar says of the labels: whether they are on disk, and who may change them. "Saved" is said
// of nothing that the server has not acknowledged, at once; the text has one width, so nothing moves.

import { h } from "../core/dom.ts"

const AGAIN = "It is tried again every two seconds. Download the labels to be safe."
const GONE = "Download the labels to keep them as they are here."

export class SavedMark {
  constructor(bench) {
    this.bench = bench
    this.state = { held: true, pending: 0, trouble: "" }
    this.takes = false
    this.text = h("span", { role: "status", "aria-label": "Saved" })
    this.take = h("button", { "aria-label": "Take over", title: "Write to this volume’s labels from here; the other page becomes read-only",
      hidden: true, onclick: () => this.takeOver() }, "Take over")
    this.el = h("div", { class: "saved" }, this.text, this.take)
  }

  /** Ask to write from here; until it is answered a stroke is not begun, and the bar says why. */
  takeOver() {
    this.takes = true
    this.bench.toasts.el.replaceChildren() // they said that somebody else writes
    this.bench.say("take_over")
    this.show()
  }

  /** Taking over has ended, one way or the other. */
  took() {
    this.takes = false
    this.show()
  }

  set(state) {
    if (state.held && !this.state.held) this.bench.readout.hint("")
    this.takes &&= !state.held
    this.state = state
    this.show()
  }

  show() {
    const { held, trouble } = this.state
    const [mood, text, title] = this.bench.connection.lost ? ["bad", "not connected", "The server does not answer"]
      : this.takes ? ["", "taking over…", ""]
      : trouble ? ["bad", `NOT SAVED: ${trouble}`, `${trouble}. ${held ? AGAIN : GONE}`]
      : !held ? ["bad", "read-only", "The labels of this volume are written elsewhere"]
      : this.unsaved ? ["", "saving…", "The server has not said yet that all is on its disk"]
      : ["good", "✓ saved", "All that you did is on the server’s disk"]
    Object.assign(this.text, { className: mood, textContent: this.bench.store ? text : "", title })
    this.take.hidden = held || this.takes || !this.bench.store || this.bench.connection.lost
  }

  /** Whether closing the page now would lose something. */
  get unsaved() {
    return this.state.pending > 0 || this.state.trouble !== "" || this.bench.changes.unacknowledged > 0
  }
}
