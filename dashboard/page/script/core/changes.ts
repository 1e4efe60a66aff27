// What the user has done and the server has not acknowledged: strokes, and all else that changes
// something. Each has a name, is kept by the tab until it is on disk or refused, and is sent again
// by a page that is loaded anew, as it was sent before; the server does it once.

import { KeptChanges } from "./keeping.ts"

const PATIENCE_MS = 1500
const NOT_TAKEN = "The server does not answer: that is not taken; do it again when it does"

export class Changes {
  constructor(bench) {
    this.bench = bench
    this.count = 0
    this.waiting = new Map() // by name, in the order in which they were sent: on which opening of a volume
    this.kept = new KeptChanges()
    this.page = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")
  }

  /** How many changes of this volume are not on disk, as far as the page knows; those put aside too. A chosen label is none. */
  get unacknowledged() {
    const { store } = this.bench
    return Math.max(this.told, store ? this.kept.of(store.digest).filter(([, change]) => isTold(change)).length : 0)
  }

  /** A name that no other change has, by which a server that was started anew knows it too. */
  newName() { return `${this.page}-${++this.count}` }

  /**
   * The latest that waits; "" if none does. What is sent now says that it follows this one, which may come to the
   * server by a slower way, and so all before it.
   */
  get latest() { return [...this.waiting.keys()].at(-1) ?? "" }

  /** Do something on the server: it waits for nothing that was done before, as the server keeps the order. */
  make(verb, values = {}) {
    const { bench } = this
    if (!bench.store || !bench.saved.held) return bench.say(verb, values) // which says why not
    // A label that was chosen is chosen here already.
    if (bench.connection.lost && verb !== "choose") return bench.readout.hint(NOT_TAKEN)
    if (bench.maySay(verb, values)) this.send(this.newName(), { verb, values })
  }

  send(name, { verb, values }) {
    const asked = { name, after: this.latest, case: this.bench.store.case }
    this.wait(asked, { verb, values })
    this.bench.say(verb, { ...values, asked })
  }

  /** Keep a change until it is acknowledged. */
  wait({ name, case: opening }, change) {
    this.waiting.set(name, opening)
    this.kept.add(name, { ...change, digest: this.bench.store.digest })
    this.bench.savedMark.show()
    setTimeout(() => this.tell(), PATIENCE_MS)
  }

  /** Send what an earlier page of this tab had done, or what was put aside, and of which it never heard. */
  resend() {
    const { store, saved, toasts } = this.bench
    const left = saved.held ? this.sendable(this.kept.of(store.digest).filter(([name]) => !this.waiting.has(name))) : []
    for (const [name, change] of left) this.sendAgain(name, change)
    const told = left.filter(([, change]) => isTold(change)).length
    if (told) toasts.show({ text: `${told} change${told > 1 ? "s" : ""} sent again that the server had not acknowledged.`, mood: "info" })
  }

  /** The first of them, up to a stroke for which there are no superpixels yet: their order stays. */
  sendable(left) {
    const { hasIds } = this.bench.store.slices
    const end = left.findIndex(([, change]) => !hasIds && !change.verb && needsIds(change.tip))
    return end < 0 ? left : left.slice(0, end)
  }

  sendAgain(name, { digest, verb, values, ...stroke }) {
    const { bench } = this
    if (!verb) return bench.strokes.sendAgain(name, stroke)
    if (verb === "choose") values = { ...values, choice: ++bench.choices } // counted by this page
    if (bench.maySay(verb, values)) this.send(name, { verb, values })
    else this.kept.remove(name) // of another release
  }

  /** How many of those that wait its user would call changes: which label is chosen is none. */
  get told() { return [...this.waiting.keys()].filter((name) => isTold(this.kept.changes[name])).length }

  /** Say that the server is slow, as long as it is. */
  tell() {
    const n = this.bench.idle ? this.told : 0 // else it is known what is being done
    if (n || this.slow) this.bench.readout.progress(n ? `${n} change${n > 1 ? "s wait" : " waits"} for the server` : "")
    this.slow = n > 0
    if (this.waiting.size) setTimeout(() => this.tell(), PATIENCE_MS)
  }

  /** It is on disk, or was refused. */
  acknowledge(name) {
    this.kept.remove(name)
    this.waiting.delete(name)
    this.bench.savedMark.show()
  }

  /** Another volume, or somebody else writes: what waits is kept by the browser, and sent when it may be. */
  putAside() {
    this.waiting.clear()
    this.bench.savedMark.show()
  }
}

/** Whether a stroke is about superpixels. */
const needsIds = ({ kind, is_within: isWithin } = {}) => isWithin || !["voxels", "outline"].includes(kind)

const isTold = (change) => change?.verb !== "choose"
