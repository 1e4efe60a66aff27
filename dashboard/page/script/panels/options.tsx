// The line above the slices: the chosen tool, and what can be set of it.

import type { Given } from "../core/actions.ts"
import { clamp } from "../core/dom.ts"
import { inOwnUnit, rounded } from "../slices/lengths.ts"
import { doneOf, nearestStep } from "./scale.ts"
import { useWritten } from "./written.ts"

const MENDING = ["voxels", "outline"] // tools with which a label is brought into its last shape
const MOST_STEPS = 60 // of the slider of a radius

export function Options(given: Given) {
  const { title, what } = given.stores.editor.row
  return (
    <div class="options" role="region" aria-label="Options of the tool">
      <b>{title}</b>
      <Radius {...given} />
      <Shape {...given} />
      <Within {...given} />
      <span class="what dim" title={what}>{what}</span>
      <span class="grow" />
      <Mending {...given} />
    </div>
  )
}

/** How far the tool reaches; slider and field go in steps that fit to the voxels. */
function Radius({ stores: { editor, document } }: Given) {
  const { radius } = editor
  const { unit, most } = editor.state
  const steps = { min: 0, max: rounded(MOST_STEPS * unit), step: unit }
  const shown = nearestStep(radius ?? 0, steps)
  const number = useWritten(radius ?? 0)
  const set = (field: HTMLInputElement) => {
    if (field.value !== "") editor.adjust({ radius_mm: clamp(Number(field.value), 0, most) })
  }
  const write = (field: HTMLInputElement) => {
    set(field)
    if (field.value !== "") field.value = String(editor.radius) // also where it is what it was, and nothing is drawn anew
  }
  return (
    <div class="radius" title="Radius ([ and ], or Shift + wheel)" hidden={radius === undefined}>
      <span>Radius</span>
      <input type="range" aria-label="Radius" {...steps} value={radius ?? 0} style={`--done: ${doneOf(shown, steps)}%`}
        onInput={(event) => set(event.currentTarget)} />
      {/* A number in mm is long where voxels are tiny. */}
      <input ref={number} type="number" aria-label="Radius in mm" min={0} max={most} step={unit} class={unit < 1e-3 ? "fine" : undefined}
        onChange={(event) => write(event.currentTarget)} />
      <span class="dim">{inOwnUnit(document.state.opened, radius ?? 0)}</span>
    </div>
  )
}

function Shape({ stores: { editor } }: Given) {
  const { is_ball: isBall } = editor.tip
  const button = (name: string, makesBall: boolean, title: string) => (
    <button title={title} aria-label={name} aria-pressed={Boolean(isBall) === makesBall} onClick={() => editor.adjust({ is_ball: makesBall })}>
      {name}
    </button>
  )
  return (
    <div class="choice" role="group" aria-label="Shape of the brush" hidden={isBall === undefined}>
      {button("Disk", false, "On this slice only")}
      {button("Ball", true, "Into the slices beside, too")}
    </div>
  )
}

function Within({ stores: { editor } }: Given) {
  const { is_within: isWithin } = editor.tip
  return (
    <label class="check" title="Paint only in the superpixel in which the drag begins" hidden={isWithin === undefined}>
      <input type="checkbox" checked={Boolean(isWithin)} onChange={(event) => editor.adjust({ is_within: event.currentTarget.checked })} />
      Only in this superpixel
    </label>
  )
}

function Mending({ stores: { editor }, actions }: Given) {
  const mend = (verb: "fill_holes" | "keep_largest_island") => actions.change(verb, { label: editor.state.label })
  return (
    <div class="mending" hidden={!MENDING.includes(editor.kind)}>
      <button title="Give the chosen label what it encloses in 3D and is not labelled" onClick={() => mend("fill_holes")}>Fill holes</button>
      <button title="Take the chosen label off all but its largest island in 3D" onClick={() => mend("keep_largest_island")}>Keep largest</button>
    </div>
  )
}
