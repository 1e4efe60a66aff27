// Numbers that are set by a slider or, exactly, by a field.

import { PLACES, brief, numberAt, placeOf, taken, type Scale } from "./scale.ts"

interface Props {
  name: string
  title: string
  value: number // as `taken` gives it
  scale: Scale
  unit?: string
  one?: number // so much of what is meant is one in the field's unit
  disabled?: boolean
  onChange(value: number): void
}

const LEAVES = ["Enter", "Escape"]

/** A slider with a number field beside it, on a linear or a logarithmic scale. */
export function NumberRow({ name, title, value, scale, unit = "", one = 1, disabled, onChange }: Props) {
  const place = placeOf(value, scale)
  const written = (number: number) => brief(number / one, scale)
  const write = (field: HTMLInputElement) => {
    const number = taken(field.value === "" ? value : Number(field.value) * one, scale)
    field.value = String(written(number)) // also where it is what it was, and nothing is drawn anew
    onChange(number)
  }
  return (
    <div class="slider" title={title}>
      <span>{name}</span>
      <input type="range" min={0} max={PLACES} step={1} value={place} style={`--done: ${(100 * place) / PLACES}%`} aria-hidden="true" tabIndex={-1}
        disabled={disabled} onInput={(event) => onChange(taken(numberAt(Number(event.currentTarget.value), scale), scale))} />
      <span class="number">
        <input type="number" step="any" aria-label={name} value={written(value)} disabled={disabled}
          onKeyDown={(event) => { if (LEAVES.includes(event.key)) event.currentTarget.blur() }} // keys are tools again
          onChange={(event) => write(event.currentTarget)} />
        {unit && <small>{unit}</small>}
      </span>
    </div>
  )
}
