// Whether the server answers. While it does not, no stroke is taken, and the page says so; what was
// on its way then is kept by the browser, and sent again when the page has come back.

const PING_MS = 500
const SILENCE_MS = 1800
const PROBE_MS = 1000

class Connection {
  constructor(bench) {
    this.bench = bench
    this.asked = null // since when an answer is awaited
    this.closed = false
    this.lost = false
    this.el = h("div", { class: "offline", role: "alert", hidden: true })
    this.timer = setInterval(() => this.look(), PING_MS)
  }

  /** Bokeh tells when the socket closes; it does not open it again, the page is loaded anew. */
  watch(document) { document.on_event("connection_lost", () => this.close()) }

  end() { clearInterval(this.timer) }

  /** Anything that the server says is a sign of life. */
  heard() {
    this.asked = null
    if (!this.closed) this.show(false)
  }

  look() {
    const now = performance.now()
    if (this.closed) return
    if (this.asked !== null && now - this.asked > SILENCE_MS) this.show(true)
    if (this.asked === null) this.asked = now
    this.bench.say("ping")
  }

  close() {
    if (this.closed) return
    this.closed = true
    this.show(true)
    this.probe()
  }

  /** Load the page again as soon as the server answers: its case is on disk. */
  async probe() {
    const answers = await fetch(location.href, { method: "HEAD", cache: "no-store" }).then((answer) => answer.status < 500, () => false)
    if (answers) this.comeBack()
    else setTimeout(() => this.probe(), PROBE_MS)
  }

  comeBack() {
    this.bench.leave()
    location.reload()
  }

  show(lost) {
    if (lost === this.lost) return
    this.lost = lost
    this.el.hidden = !lost
    const waiting = this.bench.strokes.waiting.size
    this.el.textContent = "The server does not answer. Strokes are not taken until it does; what is saved is safe."
      + (waiting ? ` ${waiting} stroke${waiting > 1 ? "s were" : " was"} on the way, and will be sent again.` : "")
    this.bench.el.classList.toggle("offline", lost)
    this.bench.savedMark.show()
  }
}
