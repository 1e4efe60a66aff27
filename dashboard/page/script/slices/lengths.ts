// Lengths and volumes as text, each in the unit in which it reads best. No DOM here.

import { clamp } from "../core/dom.ts"
import { toWorld } from "./geometry.ts"

const LENGTHS = [["km", 1e6], ["m", 1e3], ["cm", 10, 100], ["mm", 1], ["µm", 1e-3], ["nm", 1e-6], ["pm", 0]]

/** The largest of 1, 2 and 5 times a power of ten that is not larger than a length. */
export function nice(length) {
  const ten = 10 ** Math.floor(Math.log10(length))
  return rounded([5, 2, 1].find((n) => n * ten <= length * 1.0001) * ten)
}

export const rounded = (mm) => Number(mm.toPrecision(6))

/** Show a length given in mm. */
export function lengthText(mm) {
  const [name, unit] = LENGTHS.find(([, unit, least = unit]) => rounded(mm) >= least)
  return `${Number((mm / (unit || 1e-9)).toPrecision(3))} ${name}`
}

/** What stands behind a length in mm: its unit, and what it is in the volume's own, if that is another. */
export const inOwnUnit = (store, mm) => !mm || !store || store.unit.name === "mm" ? "mm" : `mm = ${lengthText(mm)}`

const VOLUMES = [["L", 1e6, 1e7], ["mL", 1e3], ["mm³", 1, 1e-3], ["µm³", 1e-9, 1e-12], ["nm³", 1e-18, 0]]

/** Show a volume given in mm³. */
export function mm3(value) {
  const [name, unit, least] = VOLUMES.find(([, unit, least = unit]) => value >= least)
  const size = value / unit
  if (name === "mL") return `${size.toFixed(size >= 100 ? 0 : 1)} mL`
  return `${size >= 1000 ? Math.round(size).toLocaleString("en") : size.toPrecision(3)} ${name}`
}

/** Where a voxel lies, as the annotator reads it: in the unit of its volume, as finely as its voxels
 * are; each with the letter of its side, or of the file's own axis. */
export function placeText({ affine, spacing, unit, oriented }, ijk) {
  const digits = clamp(Math.ceil(-Math.log10(Math.min(...spacing) / unit.mm)), 1, 6)
  const parts = toWorld(affine, ijk).map((mm, n) => {
    const value = mm / unit.mm
    if (oriented) return `${["RL", "AP", "SI"][n][value < 0 ? 1 : 0]} ${Math.abs(value).toFixed(digits)}`
    return `${"xyz"[n]} ${(n < 2 ? 0 - value : value).toFixed(digits)}` // x counts to the left, y to the back
  })
  return `${parts.join("  ")} ${unit.name}`
}
