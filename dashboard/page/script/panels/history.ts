// The edits, newest on top: a click takes all later ones back, or does earlier ones again.
//
// There may be thousands: only the rows that are seen are elements. A row is known by how many
// edits are in force when one has gone there; the last one is 0, before the first edit.

import { clamp, h } from "../core/dom.ts"
import { heading } from "./sidebar.ts"
import { toCanvas } from "../slices/geometry.ts"
import { BY_AXES } from "../slices/pane.ts"

const ROW_PX = 23
const BESIDE = 8 // rows that are there though they are not seen
const HISTORY_KEYS = {
  ArrowUp: (now) => now + 1, ArrowDown: (now) => now - 1, PageUp: (now) => now + 10, PageDown: (now) => now - 10,
  Home: () => Infinity, End: () => 0,
}

export class HistoryList {
  constructor(bench) {
    Object.assign(this, { bench, titles: [], done: 0, active: 0, held: false })
    this.rows = h("div", { class: "rows", tabindex: 0, role: "listbox", "aria-label": "Edits, newest first",
      onscroll: () => this.draw(), onclick: (event) => this.click(event) },
    this.space = h("div", { class: "space", role: "presentation" }))
    this.rows.takesKey = (key) => this.key(key)
    this.hint = h("p", { class: "dim" }, "Nothing done yet. Each edit will be listed here; a click on one goes back to it.")
    this.el = h("section", { class: "history" }, heading("History"), this.hint, this.rows)
    new ResizeObserver(() => this.draw()).observe(this.rows)
  }

  /** Take the titles from `start` on; `count` in all, which may come in several messages. */
  take({ start, titles, done, count }) {
    this.titles.length = start
    for (const title of titles) this.titles.push(title)
    if (this.titles.length < count) return
    this.done = this.active = done
    this.hint.hidden = count > 0
    this.rows.hidden = count === 0
    this.showButtons()
    this.draw()
    this.scrollTo(done)
  }

  /** Whether this page may change anything. */
  hold(held) {
    this.held = held
    this.showButtons()
  }

  showButtons() {
    const { undo, redo } = this.bench.buttons
    const { titles, done, held } = this
    undo.disabled = !(held && done > 0)
    redo.disabled = !(held && done < titles.length)
    undo.title = done > 0 ? `Undo: ${titles[done - 1]} (Z)` : "Nothing to undo (Z)"
    redo.title = done < titles.length ? `Redo: ${titles[done]} (Y)` : "Nothing to redo (Y)"
  }

  draw() {
    const { scrollTop, clientHeight } = this.rows
    const count = this.titles.length + 1
    const first = clamp(Math.floor(scrollTop / ROW_PX) - BESIDE, 0, count)
    const end = clamp(Math.ceil((scrollTop + clientHeight) / ROW_PX) + BESIDE, first, count)
    this.space.style.height = `${count * ROW_PX}px`
    // A row that is as it was stays where it is: one that is pressed takes its click.
    const { children } = this.space
    const before = new Map(Array.from(children, (row) => [row.dataset.as, row]))
    const rows = Array.from({ length: end - first }, (_, n) => this.row(first + n, count, before))
    for (const row of before.values()) if (!rows.includes(row)) row.remove()
    rows.forEach((row, n) => { if (children[n] !== row) this.space.insertBefore(row, children[n] ?? null) })
    this.rows.setAttribute("aria-activedescendant", `edit-${this.active}`)
  }

  row(n, count, before) {
    const done = count - 1 - n
    const title = done ? this.titles[done - 1] : "as it was opened"
    const at = title.lastIndexOf(" · ") // a label's name may hold one too
    const [what, place] = at < 0 ? [title, ""] : [title.slice(0, at), title.slice(at + 3)]
    const where = this.bench.store?.oriented === false ? place.replace(/^(axial|coronal|sagittal)\b/, (plane) => BY_AXES[plane]) : place
    const as = JSON.stringify([n, count, title, where, Math.sign(done - this.done), done === this.active])
    if (before.has(as)) return before.get(as)
    const state = done === this.done ? "now" : done < this.done ? "" : "undone"
    const row = h("div", {
      class: `edit ${state} ${done === this.active ? "active" : ""}`, role: "option", id: `edit-${done}`,
      "aria-selected": String(done === this.done), "aria-setsize": count, "aria-posinset": n + 1,
      title: `${title}\n${done === this.done ? "Click to see where it was done" : "Click to go there"}`,
    }, h("i"), h("span", {}, what), h("em", {}, where))
    row.style.top = `${n * ROW_PX}px`
    Object.assign(row.dataset, { done, as })
    return row
  }

  click(event) {
    const row = event.target.closest(".edit")
    if (row) this.goTo(Number(row.dataset.done))
  }

  goTo(done) {
    this.active = done
    this.draw()
    this.bench.goTo(done)
  }

  /** A key while the list has the focus; returns whether it was for it. */
  key(key) {
    if (key === "Enter") this.goTo(this.active)
    else if (key in HISTORY_KEYS) this.activate(HISTORY_KEYS[key](this.active))
    else return false
    return true
  }

  activate(done) {
    this.active = clamp(done, 0, this.titles.length)
    this.scrollTo(this.active)
    this.draw()
  }

  /** Scroll as little as shows a row. */
  scrollTo(done) {
    const top = (this.titles.length - done) * ROW_PX
    const { scrollTop, clientHeight } = this.rows
    if (top < scrollTop) this.rows.scrollTop = top
    else if (top + ROW_PX > scrollTop + clientHeight) this.rows.scrollTop = top + ROW_PX - clientHeight
  }
}

/** Show the voxel where something was undone or done again, unless it is seen already. */
export function reveal(bench, ijk) {
  const isShown = ({ el }) => el.checkVisibility({ visibilityProperty: true }) // one large view hides the others
  const isSeen = (pane) => isShown(pane) && pane.index === ijk[pane.layout.axis] && pane.holds(pane.toPixel(...toCanvas(pane.layout, ijk)))
  if (bench.drawing || bench.panes.some(isSeen)) return
  bench.moveTo(ijk)
  for (const pane of bench.panes) {
    if (!pane.el.clientWidth || isSeen(pane)) continue
    pane.centre = toCanvas(pane.layout, ijk)
    pane.place()
  }
}
