// What outlives a reload of the page in this tab: changes that were not acknowledged, and the view.

const CHANGES = "supervox-strokes"
export const VIEW = "supervox-view"

/** A full or forbidden storage loses nothing that is on the server. */
export function kept(key) {
  try { return JSON.parse(sessionStorage.getItem(key) ?? "null") } catch { return null }
}

export function keep(key, value) {
  try { sessionStorage.setItem(key, JSON.stringify(value)) } catch { /* as above */ }
}

/** What this browser remembers beyond the tab; null where it remembers nothing. */
export function remembered(key) {
  try { return JSON.parse(localStorage.getItem(key) ?? "null") } catch { return null }
}

export function remember(key, value) {
  try { localStorage.setItem(key, JSON.stringify(value)) } catch { /* it will be asked again */ }
}

/** Changes by their names, in their order, each with the digest of its volume. */
export class KeptChanges {
  changes = kept(CHANGES) ?? {}

  add(name, change) {
    this.changes[name] = change
    keep(CHANGES, this.changes)
  }

  remove(name) {
    if (!(name in this.changes)) return
    delete this.changes[name]
    keep(CHANGES, this.changes)
  }

  of(digest) { return Object.entries(this.changes).filter(([, change]) => change.digest === digest) }
}
