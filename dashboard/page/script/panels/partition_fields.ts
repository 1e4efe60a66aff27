// How the volume is to be cut, as the fields have it. Count and size are one wish, said in two ways, as soon as it is
// known how large the foreground is.

import type { Messages, Verbs } from "../core/protocol.ts"
import { taken, type Scale } from "./scale.ts"

export type Row = "count" | "size" | "compactness" | "sigma_mm" | "threshold"

export interface Fields extends Readonly<Record<Row, number>> { // size is NaN as long as it is not known
  readonly scales: Readonly<Record<Row, Scale>>
  readonly isAuto: boolean // the server finds the foreground
  readonly voxel_mm3: number
  readonly foreground_mm3: number // 0 as long as it is not known
  readonly given: { sigma_mm: number | null; shown: number } // the row shows two digits of it; untouched, all go back
}

type Volume = Pick<Messages["open"], "range" | "settings" | "spacing" | "voxel_mm3">

const MOST_SIGMA = 100
const SCALES: Record<Row, Scale> = {
  count: { min: 10, max: 50000, most: 1e6, log: true, digits: 6 },
  size: { min: 1, max: 1e6, log: true },
  compactness: { min: 0.001, max: 10, log: true, digits: 2 },
  sigma_mm: { min: 0, max: 5, most: MOST_SIGMA, digits: 2 },
  threshold: { min: 0, max: 1, digits: 4 },
}

/** Before a volume is open. */
export const NO_FIELDS: Fields = {
  count: NaN, size: NaN, compactness: NaN, sigma_mm: NaN, threshold: NaN, scales: SCALES,
  isAuto: true, voxel_mm3: 0, foreground_mm3: 0, given: { sigma_mm: null, shown: NaN },
}

/** Begin with a volume, of which no foreground is known. */
export function openFields({ range: [min, max], settings, spacing, voxel_mm3 }: Volume): Fields {
  const scales: Record<Row, Scale> = {
    ...SCALES, sigma_mm: { ...SCALES.sigma_mm, max: Math.min(MOST_SIGMA, 5 * Math.min(...spacing)) }, threshold: { ...SCALES.threshold, min, max },
  }
  const { compactness, threshold } = settings
  const sigma_mm = taken(settings.sigma_mm ?? 0, scales.sigma_mm)
  return {
    ...NO_FIELDS, scales, voxel_mm3, sigma_mm, count: taken(settings.count ?? 2500, scales.count), compactness: taken(compactness, scales.compactness),
    threshold: taken(typeof threshold === "number" ? threshold : min, scales.threshold), isAuto: threshold === "auto",
    given: { sigma_mm: settings.sigma_mm, shown: sigma_mm },
  }
}

/** After a partition it is known how large the foreground is, and above which intensity it lies. */
export function cutFields(fields: Fields, { voxels }: { voxels: number | null }, threshold: number | null): Fields {
  const found = fields.isAuto && threshold !== null ? threshold : fields.threshold
  return linked({ ...fields, foreground_mm3: (voxels ?? 0) * fields.voxel_mm3, threshold: taken(found, fields.scales.threshold) })
}

/** What follows from what is set by hand. */
export function setField(fields: Fields, row: Row, value: number): Fields {
  const { scales, foreground_mm3 } = fields
  const next = { ...fields, [row]: taken(value, scales[row]) }
  if (row === "size") return { ...next, count: taken(foreground_mm3 / next.size, scales.count) }
  if (row === "threshold") return { ...next, isAuto: false }
  return row === "count" ? linked(next) : next
}

/** Let the size be what the count makes of the foreground. */
function linked(fields: Fields): Fields {
  const { count, foreground_mm3: all, scales } = fields
  if (!all) return fields
  const size = { ...scales.size, min: all / scales.count.max, max: all / scales.count.min }
  return { ...fields, scales: { ...scales, size }, size: taken(all / count, size) }
}

/** What the server is to cut by. */
export function settingsOf({ count, compactness, sigma_mm, threshold, isAuto, given }: Fields): Verbs["partition"] {
  return {
    count: Math.round(count), compactness, sigma_mm: sigma_mm === given.shown ? given.sigma_mm : sigma_mm, threshold: isAuto ? "auto" : threshold,
  }
}

/** In which units lengths and sizes are written, of which one is so many mm or mm³. */
export function unitsOf({ unit, voxel_mm3 }: Pick<Messages["open"], "unit" | "voxel_mm3">): Record<"size" | "sigma_mm", { unit: string; one: number }> {
  const inMillilitres = unit.mm === 1 && voxel_mm3 >= 100
  return {
    size: inMillilitres ? { unit: "mL", one: 1000 } : { unit: `${unit.name}³`, one: unit.mm ** 3 },
    sigma_mm: { unit: unit.name, one: unit.mm },
  }
}
