// Lengths and volumes as text, each in the unit in which it reads best. No DOM here.

import { clamp } from "../core/dom.ts"
import type { Messages } from "../core/protocol.ts"
import { toWorld, type Voxel } from "./geometry.ts"

type Opened = Messages["open"]

/** Where a volume lies. */
type Frame = Pick<Opened, "affine" | "spacing" | "unit" | "oriented">

/** A unit, and from which length or volume on it is used, if that is not itself. */
interface Unit { name: string; size: number; least?: number }

const LENGTHS: readonly Unit[] = [
  { name: "km", size: 1e6 }, { name: "m", size: 1e3 }, { name: "cm", size: 10, least: 100 }, { name: "mm", size: 1 },
  { name: "µm", size: 1e-3 }, { name: "nm", size: 1e-6 }, { name: "pm", size: 1e-9, least: 0 },
]
const VOLUMES: readonly Unit[] = [
  { name: "L", size: 1e6, least: 1e7 }, { name: "mL", size: 1e3 }, { name: "mm³", size: 1, least: 1e-3 },
  { name: "µm³", size: 1e-9, least: 1e-12 }, { name: "nm³", size: 1e-18, least: 0 },
]

const unitOf = (units: readonly Unit[], value: number): Unit =>
  units.find(({ size, least = size }) => value >= least) ?? units[units.length - 1]

/** The largest of 1, 2 and 5 times a power of ten that is not larger than a length. */
export function nice(length: number): number {
  const ten = 10 ** Math.floor(Math.log10(length))
  return rounded(([5, 2].find((n) => n * ten <= length * 1.0001) ?? 1) * ten)
}

export const rounded = (mm: number): number => Number(mm.toPrecision(6))

/** Show a length given in mm. */
export function lengthText(mm: number): string {
  const { name, size } = unitOf(LENGTHS, rounded(mm))
  return `${Number((mm / size).toPrecision(3))} ${name}`
}

/** What stands behind a length in mm: its unit, and what it is in the volume's own, if that is another. */
export const inOwnUnit = (opened: Pick<Opened, "unit"> | null, mm: number): string =>
  !mm || !opened || opened.unit.name === "mm" ? "mm" : `mm = ${lengthText(mm)}`

/** Show a volume given in mm³. */
export function mm3(value: number): string {
  const { name, size } = unitOf(VOLUMES, value)
  const many = value / size
  if (name === "mL") return `${many.toFixed(many >= 100 ? 0 : 1)} mL`
  return `${many >= 1000 ? Math.round(many).toLocaleString("en") : many.toPrecision(3)} ${name}`
}

/**
 * Where a voxel lies, as the annotator reads it: in the unit of its volume, as finely as its voxels are; each with the
 * letter of its side, or of the file's own axis.
 */
export function placeText({ affine, spacing, unit, oriented }: Frame, ijk: Voxel): string {
  const digits = clamp(Math.ceil(-Math.log10(Math.min(...spacing) / unit.mm)), 1, 6)
  const along = oriented ? alongPatient : alongFile
  const parts = toWorld(affine, ijk).map((mm, n) => along(mm / unit.mm, n, digits))
  return `${parts.join("  ")} ${unit.name}`
}

const alongPatient = (value: number, n: number, digits: number): string =>
  `${["RL", "AP", "SI"][n][value < 0 ? 1 : 0]} ${Math.abs(value).toFixed(digits)}`

/** x counts to the left, y to the back. */
const alongFile = (value: number, n: number, digits: number): string => `${"xyz"[n]} ${(n < 2 ? 0 - value : value).toFixed(digits)}`
