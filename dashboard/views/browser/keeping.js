// What outlives a reload of the page in this tab: strokes that were not acknowledged, and the view.

const STROKES = "supervox-strokes"
const VIEW = "supervox-view"

/** A full or forbidden storage loses nothing that is on the server. */
function kept(key) {
  try { return JSON.parse(sessionStorage.getItem(key) ?? "null") } catch { return null }
}

function keep(key, value) {
  try { sessionStorage.setItem(key, JSON.stringify(value)) } catch { /* as above */ }
}

/** What this browser remembers beyond the tab; null where it remembers nothing. */
function remembered(key) {
  try { return JSON.parse(localStorage.getItem(key) ?? "null") } catch { return null }
}

function remember(key, value) {
  try { localStorage.setItem(key, JSON.stringify(value)) } catch { /* it will be asked again */ }
}

/** Strokes by their names, each with the digest of its volume. */
class KeptStrokes {
  strokes = kept(STROKES) ?? {}

  add(name, stroke) {
    this.strokes[name] = stroke
    keep(STROKES, this.strokes)
  }

  remove(name) {
    if (!(name in this.strokes)) return
    delete this.strokes[name]
    keep(STROKES, this.strokes)
  }

  of(digest) { return Object.entries(this.strokes).filter(([, stroke]) => stroke.digest === digest) }
}
