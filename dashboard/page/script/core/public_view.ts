// What tests and scripts may read; documented in CONTRIBUTING.md.

import { isInside, type Voxel } from "../slices/geometry.ts"
import type { Parts } from "./parts.ts"

/** What `window.supervox` tells. */
export interface PublicView {
  readonly ready: boolean
  readonly revision: number
  readonly cursor: number[]
  readonly pending: number
  readonly saved: boolean
  readonly connected: boolean
  idAt(i: number, j: number, k: number): number
  labelAt(i: number, j: number, k: number): number
  valueAt(i: number, j: number, k: number): number
  toScreen(plane: string, i: number, j: number, k: number): number[]
}

declare global { interface Window { supervox: PublicView } }

export function publicView({ stores, slices }: Parts): PublicView {
  const { connection, document, view } = stores
  const at = (ijk: Voxel, what: "idAt" | "labelAt" | "valueAt") =>
    (document.state.opened && isInside(document.state.opened.shape, ijk) ? document.slices?.[what](ijk) : undefined)
  return Object.freeze({
    get ready() { return document.slices?.ready(connection.state.idle) ?? false },
    get revision() { return document.state.opened ? document.state.revision : -1 },
    get cursor() { return [...view.state.cursor] },
    get pending() { return connection.state.waiting },
    get saved() { return !connection.unsaved && connection.state.held && !connection.state.lost },
    get connected() { return !connection.state.lost },
    idAt: (i: number, j: number, k: number) => at([i, j, k], "idAt") ?? 0,
    labelAt: (i: number, j: number, k: number) => at([i, j, k], "labelAt") ?? 0,
    valueAt: (i: number, j: number, k: number) => at([i, j, k], "valueAt") ?? NaN,
    toScreen: (plane: string, i: number, j: number, k: number) => slices.toScreen(plane, [i, j, k]),
  })
}
