// Where numbers lie on sliders.

import { clamp } from "../core/dom.ts"

/** The steps of a slider, as a browser takes them. */
export interface Steps { min: number; max: number; step: number }

/** Where a slider stands for a value: at the nearest of its steps. */
export function nearestStep(value: number, { min, max, step }: Steps): number {
  const steps = Math.round((clamp(value, min, max) - min) / step)
  return clamp(min + steps * step, min, max)
}

/** How much of a slider lies before its handle, in percent. */
export const doneOf = (value: number, { min, max }: Steps): number => (100 * (value - min)) / (max - min || 1)

export const PLACES = 1000 // steps of a slider that stands for a scale

/** Numbers that a slider and a field beside it take; the field takes up to `most`, which the slider does not reach. */
export interface Scale {
  min: number
  max: number
  log?: boolean // a step is a factor then
  digits?: number // that are kept
  most?: number
}

const DIGITS = 3

/** A number with as many digits as are kept. */
export const brief = (value: number, { digits = DIGITS }: Pick<Scale, "digits">): number => Number(value.toPrecision(digits))

/** What is taken where a number is wished. */
export function taken(value: number, scale: Scale): number {
  const { min, max, most = -Infinity } = scale
  return brief(clamp(value, min, Math.max(max, most)), scale)
}

/** Where on its slider a number lies, 0 to `PLACES`. */
export function placeOf(value: number, { min, max, log }: Scale): number {
  const share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min || 1)
  return clamp(Math.round(share * PLACES), 0, PLACES)
}

/** The number at a place of its slider. */
export function numberAt(place: number, { min, max, log }: Scale): number {
  const share = place / PLACES
  return log ? min * (max / min) ** share : min + share * (max - min)
}
