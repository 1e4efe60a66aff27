// What the browser keeps over a reload, and beyond.

import type { Change } from "./changes.ts"

const CHANGES = "supervox-strokes"
export const VIEW = "supervox-view"

/** What the tab keeps; null where it keeps nothing. A full or forbidden storage loses nothing that is on the server. */
export function kept(key: string): unknown {
  try { return JSON.parse(sessionStorage.getItem(key) ?? "null") } catch { return null }
}

export function keep(key: string, value: unknown): void {
  try { sessionStorage.setItem(key, JSON.stringify(value)) } catch { /* as above */ }
}

/** What this browser remembers beyond the tab; null where it remembers nothing. */
export function remembered(key: string): unknown {
  try { return JSON.parse(localStorage.getItem(key) ?? "null") } catch { return null }
}

export function remember(key: string, value: unknown): void {
  try { localStorage.setItem(key, JSON.stringify(value)) } catch { /* it will be asked again */ }
}

/** Changes by their names, in their order, each with the digest of its volume. */
export class KeptChanges {
  readonly changes = new Map(Object.entries((kept(CHANGES) ?? {}) as Record<string, Change & { digest: string }>))

  add(name: string, change: Change & { digest: string }): void {
    this.changes.set(name, change)
    this.#keep()
  }

  remove(name: string): void { if (this.changes.delete(name)) this.#keep() }

  #keep(): void { keep(CHANGES, Object.fromEntries(this.changes)) }

  of(digest: string): [string, Change & { digest: string }][] {
    return [...this.changes].filter(([, change]) => change.digest === digest)
  }
}
