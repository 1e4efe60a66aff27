// What the hand does: the chosen tool and what is set of it, and the chosen label.

import { nice, rounded } from "../slices/lengths.ts"
import type { Tip } from "../core/protocol.ts"
import { TOOLS, type ToolName, type ToolRow } from "../drawing/tools.ts"
import { observed } from "./observed.ts"

export interface SuperpixelSettings { radius_mm: number }
export interface VoxelSettings { radius_mm: number; is_ball: boolean; is_within: boolean }

/** What the tools draw with, by what they draw; a radius of 0 is the line itself. */
export interface Settings { superpixels: SuperpixelSettings; voxels: VoxelSettings }

export interface EditorState {
  tool: ToolName
  settings: Settings
  unit: number // mm: the step of a radius, which fits to the voxels
  most: number // mm: the largest radius
  label: number // which is chosen
  choices: number // so often a label was chosen here: the server's answer to an earlier choice must not undo the latest
  drawing: boolean // a stroke is being drawn
}

const MOST_VOXELS = 1000 // in a radius, along the shortest edge
const FIRST: Settings = { superpixels: { radius_mm: 0 }, voxels: { radius_mm: 3, is_ball: false, is_within: false } }

export class EditorStore {
  readonly state: Readonly<EditorState>
  readonly set: (change: Partial<EditorState>) => void

  constructor() {
    [this.state, this.set] = observed<EditorState>({ tool: "draw", settings: FIRST, unit: 1, most: 1, label: 1, choices: 0, drawing: false })
  }

  /** The chosen tool's row. */
  get row(): ToolRow { return TOOLS[this.state.tool] }

  get kind(): string { return this.row.kind }

  /** What the label keys draw with: an eraser makes place for its counterpart. */
  get giving(): ToolName { return this.row.gives ?? this.state.tool }

  /** Whether a drag is a stroke. */
  get draws(): boolean { return this.kind !== "" }

  /** Whether what is drawn loses its label. */
  get erases(): boolean { return this.row.gives !== undefined }

  /** Whether a drag writes labels while it lasts. */
  get paints(): boolean { return this.kind === "voxels" }

  /** Whether a click is a stroke too; else it moves the crosshair. */
  get taps(): boolean { return this.row.taps ?? false }

  /** What a stroke is drawn with, as the server's `Tip` has it. */
  get tip(): Tip { return { kind: this.kind, ...this.#chosen } }

  /** How far a drag reaches from its line in mm; undefined for tools without a radius. */
  get radius(): number | undefined { return this.#chosen?.radius_mm }

  get #chosen(): SuperpixelSettings | VoxelSettings | undefined { return this.state.settings[this.kind as keyof Settings] }

  /** Begin with a volume: with radii that fit to its voxels. */
  open({ spacing }: { spacing: readonly number[] }): void {
    const unit = nice(Math.min(...spacing) * 0.6)
    const settings = { ...FIRST, voxels: { ...FIRST.voxels, radius_mm: rounded(6 * unit) } }
    this.set({ settings, unit, most: rounded(MOST_VOXELS * Math.min(...spacing)) })
  }

  /** Set something of the chosen tool. */
  adjust(change: Partial<VoxelSettings>): void {
    const { settings } = this.state
    const kind = this.kind as keyof Settings
    if (kind in settings) this.set({ settings: { ...settings, [kind]: { ...settings[kind], ...change } } })
  }

  /** Let the chosen tool reach a step further, or less far. */
  stepRadius(sign: number): void {
    const { radius } = this
    if (radius === undefined) return
    const { unit, most } = this.state
    const step = unit * (radius < 10 * unit ? 1 : radius < 40 * unit ? 2 : 10)
    this.adjust({ radius_mm: rounded(Math.min(most, Math.max(0, radius + sign * step))) })
  }
}
