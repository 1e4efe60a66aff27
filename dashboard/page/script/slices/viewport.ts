// What of a slice's canvas is on the screen. The canvas counts in voxels, the screen in pixels from the pane's upper left
// corner; mm are square. No DOM here.

import { clamp } from "../core/dom.ts"
import type { Layout } from "../core/protocol.ts"
import type { Point } from "./geometry.ts"

const MARGIN = 26 // px left free around a fitted slice, for the letters
const [FURTHEST, NEAREST] = [1 / 4, 40] // how far one zooms, from the whole slice

/** Across and down. */
export type Size = [width: number, height: number]

/** A point of the pane in pixels. */
export type Pixel = [px: number, py: number]

/** How far it is zoomed in from the whole slice, and on what. */
export interface Zoomed { zoom: number; centre: Point }

export class Viewport {
  pxPerMm = 0
  centre: Point = [0, 0]
  readonly #pane: { readonly size: Size }
  #fitted = 0 // px per mm where the whole slice is seen
  #cells: Size = [1, 1] // of the canvas, in voxels
  #edges: Size = [1, 1] // of a voxel, in mm

  constructor(pane: { readonly size: Size }) { this.#pane = pane }

  lay({ x, y }: Layout, spacing: readonly number[]): void {
    this.#cells = [x.size, y.size]
    this.#edges = [spacing[x.index], spacing[y.index]]
  }

  get pxPerVoxel(): Size { return [this.pxPerMm * this.#edges[0], this.pxPerMm * this.#edges[1]] }

  /** Show the whole slice. */
  fit(): void {
    const { size } = this.#pane
    const [across, down] = this.#cells.map((cells, n) => (size[n] - 2 * MARGIN) / (cells * this.#edges[n]))
    this.#fitted = Math.max(1e-12, Math.min(across, down))
    this.pxPerMm = this.#fitted
    this.centre = [(this.#cells[0] - 1) / 2, (this.#cells[1] - 1) / 2]
  }

  get zoomed(): Zoomed { return { zoom: this.pxPerMm / this.#fitted, centre: this.centre } }

  set zoomed({ zoom, centre }: Zoomed) {
    this.fit()
    this.pxPerMm *= zoom
    this.centre = centre
  }

  /** Zoom by `factor` so that the canvas point at a pixel stays where it is. */
  zoom(factor: number, px: number, py: number): void {
    const [x, y] = this.toPoint(px, py)
    this.pxPerMm = clamp(this.pxPerMm * factor, this.#fitted * FURTHEST, this.#fitted * NEAREST)
    const [sx, sy] = this.pxPerVoxel
    const [w, h] = this.#pane.size
    this.centre = [x - (px - w / 2) / sx, y + (py - h / 2) / sy]
  }

  pan(dx: number, dy: number): void {
    const [sx, sy] = this.pxPerVoxel
    this.centre = [this.centre[0] - dx / sx, this.centre[1] + dy / sy]
  }

  /** Show the same of another pane of the same size. */
  follow(other: Viewport): void {
    this.pxPerMm = other.pxPerMm
    this.#fitted = other.#fitted
    this.centre = other.centre
  }

  /** From where to where on the canvas it is seen, along x and y. */
  get ranges(): [x: { start: number; end: number }, y: { start: number; end: number }] {
    const { size } = this.#pane
    const along = (n: 0 | 1) => {
      const half = size[n] / 2 / this.pxPerVoxel[n]
      return { start: this.centre[n] - half, end: this.centre[n] + half }
    }
    return [along(0), along(1)]
  }

  /** Pixels of a canvas point; and the inverse. */
  toPixel(x: number, y: number): Pixel {
    const [w, h] = this.#pane.size
    const [sx, sy] = this.pxPerVoxel
    return [w / 2 + (x - this.centre[0]) * sx, h / 2 - (y - this.centre[1]) * sy]
  }

  toPoint(px: number, py: number): Point {
    const [w, h] = this.#pane.size
    const [sx, sy] = this.pxPerVoxel
    return [this.centre[0] + (px - w / 2) / sx, this.centre[1] - (py - h / 2) / sy]
  }

  /** Whether a pixel is one of the pane. */
  holds([px, py]: Pixel): boolean {
    const [w, h] = this.#pane.size
    return px >= 0 && py >= 0 && px < w && py < h
  }

  /** The last pixel of the pane on the way from one of its own to another. */
  within(from: Pixel, to: Pixel): Pixel {
    const shares = this.#pane.size.map((size, axis) => shareWithin(size, from[axis], to[axis] - from[axis]))
    const share = Math.min(1, ...shares)
    return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
  }
}

/** How much of a step from a place is on `size` pixels; more than all of it, if there is more room. */
function shareWithin(size: number, from: number, step: number): number {
  if (step === 0) return 1
  return Math.max(0, ((step > 0 ? size - 1 : 0) - from) / step)
}
