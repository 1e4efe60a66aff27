// Several volumes of one patient on one grid: which is shown, which lies over it or beside it, and how much each counts
// when superpixels are cut. Each keeps its own window. A volume is known by its key: what is set of it makes another object.

import { clamp } from "../core/dom.ts"
import type { Channel, Messages } from "../core/protocol.ts"
import type { DocumentState, Opened, SeriesVolume, Shade } from "./document.ts"
import type { Range } from "./view.ts"

export const MOST_WEIGHT = 10

type Series = Pick<DocumentState, "volumes" | "shown" | "second" | "blends">
type Volume = Pick<SeriesVolume, "key">

// Each of these returns what becomes of the state.

/** Begin with a volume alone; how much it counts comes with the first list. */
export function openSeries({ name, window, range, dtype }: Pick<Opened, "name" | "window" | "range" | "dtype">): Series {
  const main: SeriesVolume = { key: 0, name, window, first: window, range, dtype, resampled: false, weight: NaN }
  return { volumes: [main], shown: main, second: null, blends: false }
}

/** Take the list of those that are there now; `weights` are those of the last partition. */
export function listVolumes(before: Series, { volumes: channels, weights }: Messages["volumes"]): Series {
  const volumes = channels.map((channel) => asListed(channel, before.volumes, new Map(weights)))
  const shown = among(volumes, before.shown)
  const second = among(volumes, before.second) ?? another(volumes, shown)
  const listed = { volumes, shown, second, blends: before.blends && volumes.length > 1 }
  return shown ? listed : { ...listed, ...showVolume(listed, volumes[0]) }
}

/** A volume as it was here before; the main one is here before it is known how much it counts. */
function asListed(channel: Channel, known: readonly SeriesVolume[], weights: ReadonlyMap<string, number>): SeriesVolume {
  const before = among(known, channel)
  if (before && !Number.isNaN(before.weight)) return before
  const countsAlone = before !== null && weights.size === 0
  return { first: channel.window, ...channel, ...before, weight: countsAlone ? 1 : weights.get(channel.name) ?? 0 }
}

/** Show another one; what was shown becomes the second, if it was that. */
export function showVolume({ volumes, shown, second }: Series, volume: Volume): Partial<Series> {
  const next = among(volumes, volume)
  if (!next || isSame(next, shown)) return {}
  const beside = isSame(next, second) ? among(volumes, shown) : second
  return { shown: next, second: beside ?? another(volumes, next) }
}

/** Let another one be the second. */
export function chooseSecond({ volumes, shown }: Series, volume: Volume): Partial<Series> {
  return isSame(volume, shown) ? {} : { second: among(volumes, volume) }
}

/** The volume so many after the shown one in the list, whose ends meet; none where there is but one. */
export function stepVolume({ volumes, shown }: Series, by: number): SeriesVolume | undefined {
  if (volumes.length < 2) return undefined
  const at = volumes.findIndex((volume) => isSame(volume, shown)) + by
  return volumes.at(at % volumes.length)
}

/** Lay the second volume over the shown one, if there is one. */
export function blendWith({ second }: Series, isOn: boolean): Partial<Series> { return { blends: isOn && second !== null } }

export function windowShown(series: Series, window: Range): Partial<Series> {
  return series.shown ? windowOf(series, series.shown, window) : {}
}

/** Set the window of any volume. */
export function windowOf(series: Series, volume: Volume, window: Range): Partial<Series> { return changed(series, volume, { window }) }

/** Let a volume count so much when superpixels are cut. */
export function weigh(series: Series, volume: Volume, weight: number): Partial<Series> {
  return changed(series, volume, { weight: weightOf(weight) })
}

/** A weight as it is taken. */
export const weightOf = (wished: number): number => clamp(Number.isFinite(wished) ? wished : 0, 0, MOST_WEIGHT)

function changed(series: Series, volume: Volume, change: Partial<SeriesVolume>): Partial<Series> {
  const volumes = series.volumes.map((each) => (isSame(each, volume) ? { ...each, ...change } : each))
  return { volumes, shown: among(volumes, series.shown), second: among(volumes, series.second) }
}

const isSame = (one: Volume, other: Volume | null): boolean => one.key === other?.key

const among = (volumes: readonly SeriesVolume[], sought: Volume | null) => volumes.find((volume) => isSame(volume, sought)) ?? null

const another = (volumes: readonly SeriesVolume[], than: Volume | null) => volumes.find((volume) => !isSame(volume, than)) ?? null

/** Colours of the second volume over the first, by how bright it is: red, green, blue, opacity; 0 to 1. */
const SHADES: Record<Shade, (t: number) => [number, number, number, number]> = {
  Hot: (t) => [3 * t, 3 * t - 1, 3 * t - 2, t],
  Cool: (t) => [t - 0.5, 1.5 * t, 3 * t, t],
  Grey: (t) => [t, t, t, 1],
}

export const SHADE_NAMES = Object.keys(SHADES) as Shade[]

const STEPS = 256 // of brightness

/** Colours by steps of brightness, as a canvas packs them. */
export function blendColors(shade: Shade, mix: number): Uint32Array {
  const byte = (share: number) => Math.round(255 * clamp(share, 0, 1))
  return Uint32Array.from({ length: STEPS }, (_, n) => {
    const [r, g, b, a] = SHADES[shade](n / (STEPS - 1))
    return (byte(clamp(a, 0, 1) * mix) << 24) | (byte(b) << 16) | (byte(g) << 8) | byte(r)
  })
}
