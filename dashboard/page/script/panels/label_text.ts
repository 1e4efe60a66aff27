// How much there is of a label, and how bright that is, in words.

import { figure } from "../core/dom.ts"
import type { Row } from "../core/protocol.ts"
import { mm3 } from "../slices/lengths.ts"

type Counted = Pick<Row, "voxels" | "mean" | "sd">

export const sizeOf = ({ voxels }: Counted, voxel_mm3: number): string => (voxels ? mm3(voxels * voxel_mm3) : "–")

const intensityOf = ({ mean, sd }: Counted): string => (mean === null ? "–" : `${figure(mean)} ± ${figure(sd ?? NaN)}`)

/** What stands under the table of the chosen label. */
export function numbersOf(row: Counted): string {
  const { voxels } = row
  return voxels ? `${figure(voxels)} voxel${voxels === 1 ? "" : "s"} · mean ${intensityOf(row)}` : "Nothing has this label yet"
}

/** What a row says where the mouse rests. */
export function tooltipOf(row: Row, voxel_mm3: number): string {
  const isUnknown = row.voxels && row.mean === null
  return [`${row.name} (value ${row.value})`, `${figure(row.voxels)} voxels, ${sizeOf(row, voxel_mm3)}`,
    `intensity ${intensityOf(row)}${isUnknown ? ": not known of a volume of this size; press Download statistics" : ""}`,
    "Double-click or F2 to rename, Del to remove"].join("\n")
}
