// Whether the server answers. While it does not, no stroke is taken, and the page says so; what was
// on its way then is kept by the browser, and sent again when the page has come back.

import type { ConnectionStore } from "../stores/connection.ts"
import type { Server } from "./server.ts"

const PING_MS = 400
const LOST_PINGS = 5 // without an answer; counted, since a tab in the background counts time slowly
const GONE_PINGS = 25 // then the way is taken for dead, though nobody has said so
const PROBE_MS = 1000

export class Connection {
  readonly #store: ConnectionStore
  readonly #server: Server
  readonly #leave: () => void // remembers what a reload is to bring back
  readonly #timer = setInterval(() => this.#look(), PING_MS)
  #unanswered = 0
  #isClosed = false

  constructor(store: ConnectionStore, server: Server, leave: () => void) {
    this.#store = store
    this.#server = server
    this.#leave = leave
  }

  end(): void { clearInterval(this.#timer) }

  /** Anything that the server says is a sign of life. */
  heard(): void {
    this.#unanswered = 0
    if (!this.#isClosed) this.#store.set({ lost: false })
  }

  #look(): void {
    if (this.#isClosed) return
    if (this.#unanswered >= GONE_PINGS) return this.close()
    if (this.#unanswered >= LOST_PINGS) this.#store.set({ lost: true })
    this.#unanswered++
    this.#server.say("ping", {})
  }

  /** The socket has closed: Bokeh does not open it again, the page is loaded anew. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#store.set({ lost: true })
    void this.#probe()
  }

  /** Load the page again as soon as the server answers: its case is on disk. */
  async #probe(): Promise<void> {
    const { isThere, byHub } = await answer()
    if (isThere) {
      this.#leave()
      location.reload()
      return
    }
    this.#store.set({ stoppedByHub: byHub || this.#store.state.stoppedByHub })
    setTimeout(() => void this.#probe(), PROBE_MS)
  }
}

/** Whether the server answers, or a Hub in its place. */
async function answer(): Promise<{ isThere: boolean; byHub: boolean }> {
  // No page is made for HEAD; plain Bokeh does not know it and says 405; a proxy without its server
  // says 424 or 503.
  const asked = fetch(location.href, { method: "HEAD", cache: "no-store" })
  const { ok, status, headers } = await asked.catch(() => new Response(null, { status: 503 }))
  // Where a user's server was stopped, the Hub answers in its place, and with 405 too.
  const byHub = headers.has("X-JupyterHub-Version")
  return { isThere: (ok || status === 405) && !byHub, byHub }
}
