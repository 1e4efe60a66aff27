// Windows by name: the usual ones of CT, where a volume looks like one, and those found from the intensities.

import type { Range } from "../stores/view.ts"

export type Preset = readonly [name: string, window: Range]

// name, width and level in HU
const CT_WINDOWS = [["Brain", 80, 40], ["Stroke", 40, 40], ["Bone", 1800, 400], ["Lung", 1500, -600], ["Abdomen", 400, 50]] as const
const CT_AIR = -500 // HU; no MR goes so low

const SOFT_TISSUE = "-150,250" // with which the server opens what it takes for a CT

/** What presets are made of: all intensities, and the window with which the volume was opened. */
export interface Intensities { range: Range; first: Range }

/** Whether intensities are likely to be Hounsfield units: whole numbers, down to air. */
export function looksLikeCT({ range: [low, high], first }: Intensities): boolean {
  return String(first) === SOFT_TISSUE || (low <= CT_AIR && Number.isInteger(low) && Number.isInteger(high))
}

/** The windows that have names, in the order of their keys. */
export function presetsOf(volume: Intensities): Preset[] {
  const ct = looksLikeCT(volume) ? CT_WINDOWS : []
  return [["Automatic", volume.first], ["Full range", volume.range],
    ...ct.map(([name, width, level]): Preset => [`${name} · W ${width} L ${level}`, [level - width / 2, level + width / 2]])]
}

/** Which preset a window is; -1 if it was set by hand. */
export function presetAt(presets: readonly Preset[], [low, high]: Range): number {
  return presets.findIndex(([, window]) => window[0] === low && window[1] === high)
}
