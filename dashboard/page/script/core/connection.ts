// Whether the server answers. While it does not, no stroke is taken, and the page says so; what was
// on its way then is kept by the browser, and sent again when the page has come back.

import { h } from "./dom.ts"

const PING_MS = 400
const LOST_PINGS = 5 // without an answer; counted, since a tab in the background counts time slowly
const GONE_PINGS = 25 // then the way is taken for dead, though nobody has said so
const PROBE_MS = 1000

export class Connection {
  constructor(bench) {
    this.bench = bench
    this.unanswered = 0
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
    this.unanswered = 0
    if (!this.closed) this.show(false)
  }

  look() {
    if (this.closed) return
    if (this.unanswered >= GONE_PINGS) return this.close()
    if (this.unanswered >= LOST_PINGS) this.show(true)
    this.unanswered++
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
    // No page is made for HEAD; plain Bokeh does not know it and says 405; a proxy without its server
    // says 424 or 503.
    const asked = fetch(location.href, { method: "HEAD", cache: "no-store" })
    const { ok, status, headers } = await asked.catch(() => ({ ok: false, headers: new Headers() }))
    // Where a user's server was stopped, the Hub answers in its place, and with 405 too.
    const byHub = headers.has("X-JupyterHub-Version")
    if ((ok || status === 405) && !byHub) return this.comeBack()
    if (byHub) this.el.textContent = "The Hub has stopped your server. Start it there, and this page comes back; what is saved is safe."
    setTimeout(() => this.probe(), PROBE_MS)
  }

  comeBack() {
    this.bench.leave()
    location.reload()
  }

  show(lost) {
    if (lost === this.lost) return
    this.lost = lost
    this.el.hidden = !lost
    const waiting = this.bench.changes.told
    this.el.textContent = "The server does not answer. Strokes are not taken until it does; what is saved is safe."
      + (waiting ? ` ${waiting} change${waiting > 1 ? "s were" : " was"} on the way, and will be sent again.` : "")
    this.bench.el.classList.toggle("offline", lost)
    this.bench.savedMark.show()
    this.bench.hints.show()
  }
}
