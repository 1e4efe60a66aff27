// What lies at a voxel, in words.

import { figure } from "../core/dom.ts"
import type { Voxel } from "../slices/geometry.ts"
import { mm3, placeText } from "../slices/lengths.ts"
import type { SliceSource } from "../slices/source.ts"
import type { DocumentStore, Opened } from "../stores/document.ts"

export interface Told { voxel: string; world: string; value: string; superpixel: string; label: string; color: string }

export const NOTHING_TOLD: Told = { voxel: "", world: "", value: "", superpixel: "", label: "", color: "transparent" }

/** All that is known of a voxel of the volume that is open. */
export function toldOf(document: DocumentStore, opened: Opened, slices: SliceSource, ijk: Voxel): Told {
  const label = document.state.rows.get(slices.labelAt(ijk))
  return {
    voxel: `i ${ijk[0]}  j ${ijk[1]}  k ${ijk[2]}`,
    world: placeText(opened, ijk),
    value: valuesAt(document, slices, ijk),
    superpixel: superpixelAt(slices, ijk, opened.voxel_mm3),
    label: label?.name ?? "",
    color: label?.color ?? "transparent",
  }
}

function superpixelAt(slices: Pick<SliceSource, "idAt" | "sizeOf" | "meanOf">, ijk: Voxel, voxel_mm3: number): string {
  const id = slices.idAt(ijk)
  if (!id) return ""
  const [size, mean] = [slices.sizeOf(id), slices.meanOf(id)]
  return [`superpixel ${figure(id)}`, size && mm3(size * voxel_mm3), mean !== undefined && `mean ${figure(mean)}`].filter(Boolean).join(" · ")
}

/** Intensities of all volumes at a voxel. */
export function valuesAt(document: Pick<DocumentStore, "state" | "several">, slices: Pick<SliceSource, "valueAt" | "valueOf">, ijk: Voxel): string {
  if (!document.several) return said(slices.valueAt(ijk))
  return document.state.volumes.map(({ key, name }) => `${brief(name)} ${said(slices.valueOf?.(key, ijk))}`).join("  ")
}

/** An intensity that may not have come yet, or be none. */
function said(value: number | undefined): string {
  if (value === undefined) return "…"
  return Number.isNaN(value) ? "–" : figure(value)
}

const brief = (name: string): string => (name.length > 14 ? `${name.slice(0, 6)}…${name.slice(-7)}` : name)
