// Numbers that are set by a slider or, exactly, by a field.

import { PLACES, brief, numberAt, placeOf, taken, type Scale } from "./scale.ts"
import { useWritten } from "./written.ts"

interface Props {
  name: string
  title: string
  value: number // as `taken` gives it; NaN as long as it is not known
  scale: Scale
  unit?: string
  one?: number // so much of what is meant is one in the field's unit
  disabled?: boolean
  onChange: (value: number) => void
}

const LEAVES = ["Enter", "Escape"]

/** A slider with a number field beside it, on a linear or a logarithmic scale. */
export function NumberRow({ name, title, value, scale, unit = "", one = 1, disabled, onChange }: Props) {
  const isKnown = !Number.isNaN(value)
  const place = isKnown ? placeOf(value, scale) : 0
  const written = (number: number) => (Number.isNaN(number) ? "" : brief(number / one, scale))
  const field = useWritten(written(value))
  const write = (to: HTMLInputElement) => {
    const number = taken(to.value === "" ? value : Number(to.value) * one, scale)
    to.value = String(written(number)) // also where it is what it was, and nothing is drawn anew
    onChange(number)
  }
  return (
    <div class="slider" title={title}>
      <span>{name}</span>
      <input type="range" min={0} max={PLACES} step={1} value={isKnown ? place : ""} style={`--done: ${(100 * place) / PLACES}%`}
        aria-hidden="true" tabIndex={-1} disabled={disabled}
        onInput={(event) => onChange(taken(numberAt(Number(event.currentTarget.value), scale), scale))} />
      <span class="number">
        <input ref={field} type="number" step="any" aria-label={name} disabled={disabled}
          onKeyDown={(event) => { if (LEAVES.includes(event.key)) event.currentTarget.blur() }} // keys are tools again
          onChange={(event) => write(event.currentTarget)} />
        {unit && <small>{unit}</small>}
      </span>
    </div>
  )
}
