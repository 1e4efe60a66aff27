// What is written into a slice's images, voxel by voxel. A step from slice to slice waits for this: no calls and no
// objects within the loops.

import { clamp } from "../core/dom.ts"
import type { Cut, Part } from "./geometry.ts"

export const DARKEST = -3e38

/** Write intensities. NaN and infinities are background: darker than any window. */
export function paintIntensities(image: Float32Array, { values, width, height, start, right, up }: Cut): void {
  let n = 0
  for (let y = 0; y < height; y++) {
    let p = start + y * up
    for (let x = 0; x < width; x++, p += right) image[n++] = values[p]
  }
  if (values instanceof Float32Array) for (n = 0; n < image.length; n++) if (!Number.isFinite(image[n])) image[n] = DARKEST
}

/** Write the colours of intensities, by steps of the brightness that they have in a window. */
export function paintColors(image: Uint32Array, cut: Cut, [low, high]: readonly number[], colors: Uint32Array): void {
  const { values, width, height, start, right, up } = cut
  const most = colors.length - 1
  const steps = most / (high - low || 1)
  let n = 0
  for (let y = 0; y < height; y++) {
    let p = start + y * up
    for (let x = 0; x < width; x++, p += right) {
      const value = values[p]
      image[n++] = Number.isFinite(value) ? colors[Math.round(clamp((value - low) * steps, 0, most))] : 0
    }
  }
}

/** How labels are drawn, by their values. */
export interface LabelColors { colors: Uint32Array; hidden: Uint8Array; opacity: number }

/** Write the colours of labels; only in a part of the slice, if one is given. */
export function paintLabels(image: Uint32Array, cut: Cut, { colors, hidden, opacity }: LabelColors, part?: Part): void {
  const { values, width, height, start, right, up } = cut
  const [x0, x1, y0, y1] = part ?? [0, width, 0, height]
  const alpha = Math.round(opacity * 255) << 24
  for (let y = y0; y < y1; y++) {
    let p = start + y * up + x0 * right
    let n = y * width + x0
    for (let x = x0; x < x1; x++, p += right) image[n++] = values[p] && !hidden[values[p]] ? alpha | colors[values[p]] : 0
  }
}

/** Whether a cut of labels has none. */
export function isBlank({ values, width, height, start, right, up }: Cut): boolean {
  for (let y = 0; y < height; y++) {
    let p = start + y * up
    for (let x = 0; x < width; x++, p += right) if (values[p]) return false
  }
  return true
}
