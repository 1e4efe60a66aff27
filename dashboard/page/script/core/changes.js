// What the user has done and the server has not acknowledged: strokes, and all else that changes
// something. Each has a name, is kept by the tab until it is on disk or refused, and is sent again
// by a page that is loaded anew; the server does it once.

const PATIENCE_MS = 1500
const NOT_TAKEN = "The server does not answer: that is not taken; do it again when it does"

class Changes {
  constructor(bench) {
    this.bench = bench
    this.number = 0
    this.waiting = new Map() // by number: the name
    this.unheard = new Set() // of those that wait: what the server has not done yet
    this.kept = new KeptChanges()
    this.page = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")
  }

  /** How many changes of this volume are not on disk, as far as the page knows; those put aside too. A chosen label is none. */
  get unacknowledged() {
    const { store } = this.bench
    return Math.max(this.told, store ? this.kept.of(store.digest).filter(([, change]) => isTold(change)).length : 0)
  }

  /**
   * A number for this page, and a name by which a server that was started anew knows it too. It
   * follows what is unheard, which may come to the server by a slower way.
   */
  numbered() {
    const n = ++this.number
    return { n, name: `${this.page}-${n}`, after: [...this.unheard] }
  }

  /** Do something on the server: it waits for nothing that was done before, as the server keeps the order. */
  make(verb, values = {}) {
    const { bench } = this
    if (!bench.store || !bench.saved.held) return bench.say(verb, values) // which says why not
    // A label that was chosen is chosen here already.
    if (bench.connection.lost && verb !== "choose") return bench.readout.hint(NOT_TAKEN)
    if (!bench.maySay(verb, values)) return
    const asked = this.numbered()
    this.wait(asked, { verb, values })
    bench.say(verb, { ...values, asked: { ...asked, case: bench.store.case } })
  }

  /** Keep a change until it is acknowledged. */
  wait({ n, name }, change) {
    this.expect(n, name)
    this.kept.add(name, { ...change, digest: this.bench.store.digest })
    this.bench.savedMark.show()
    setTimeout(() => this.tell(), PATIENCE_MS)
  }

  expect(n, name) {
    this.waiting.set(n, name)
    this.unheard.add(n)
  }

  /** Send what an earlier page of this tab had done, and of which it never heard. */
  resend() {
    const { bench } = this
    const { store, saved } = bench
    const mine = new Set(this.waiting.values())
    const left = saved.held ? this.sendable(this.kept.of(store.digest).filter(([name]) => !mine.has(name))) : []
    if (!left.length) return
    bench.say("again", { changes: left.map(([name, change]) => this.again(name, change)) })
    const told = left.filter(([, change]) => isTold(change)).length
    if (told) bench.toasts.show({ text: `${told} change${told > 1 ? "s" : ""} sent again that the server had not acknowledged.`, mood: "info" })
  }

  /** The first of them, up to a stroke for which there are no superpixels yet: their order stays. */
  sendable(left) {
    const { hasIds } = this.bench.store.slices
    const end = left.findIndex(([, change]) => !hasIds && !change.verb && needsIds(change.tip))
    return end < 0 ? left : left.slice(0, end)
  }

  again(name, { verb, values, ...stroke }) {
    const n = ++this.number
    this.expect(n, name)
    const { xs, ys, ...context } = stroke
    if (!verb) return { verb: "strokes", xs: [xs], ys: [ys], stroke: [JSON.stringify({ ...context, n, name })] }
    if (verb === "choose") values = { ...values, choice: ++this.bench.choices } // counted by this page
    return { verb, ...values, asked: { n, name, digest: stroke.digest } }
  }

  /** How many of those that wait its user would call changes: which label is chosen is none. */
  get told() { return [...this.waiting.values()].filter((name) => isTold(this.kept.changes[name])).length }

  /** Say that the server is slow, as long as it is. */
  tell() {
    const n = this.bench.idle ? this.told : 0 // else it is known what is being done
    if (n || this.slow) this.bench.readout.progress(n ? `${n} change${n > 1 ? "s wait" : " waits"} for the server` : "")
    this.slow = n > 0
    if (this.waiting.size) setTimeout(() => this.tell(), PATIENCE_MS)
  }

  /** The server has done it; it need not be on disk yet. */
  heard(n) { this.unheard.delete(n) }

  /** It is on disk, or was refused. */
  acknowledge(n) {
    this.kept.remove(this.waiting.get(n))
    this.forget(n)
  }

  /** Another volume, or somebody else writes: what waits is kept by the browser, and sent when it may be. */
  putAside() { for (const n of [...this.waiting.keys()]) this.forget(n) }

  forget(n) {
    this.heard(n)
    this.waiting.delete(n)
    this.bench.savedMark.show()
  }
}

/** Whether a stroke is about superpixels. */
const needsIds = ({ kind, is_within: isWithin } = {}) => isWithin || !["voxels", "outline"].includes(kind)

const isTold = (change) => change?.verb !== "choose"
