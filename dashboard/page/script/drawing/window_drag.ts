// A drag of the tool “Window”: across for contrast, up and down for brightness.

import type { Range } from "../stores/view.ts"

const CONTRAST_PX = 200 // across: the window is e times as wide then
const BRIGHTNESS_PX = 400 // up or down: its level is then another by its width

/** A window after a drag, as in the habits of radiology. */
export function draggedWindow([low, high]: Range, dx: number, dy: number): Range {
  const width = (high - low) * Math.exp(dx / CONTRAST_PX)
  const level = (low + high) / 2 + (dy * (high - low)) / BRIGHTNESS_PX
  return [level - width / 2, level + width / 2]
}
