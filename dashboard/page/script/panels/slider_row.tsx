// Sliders with their names.

import { doneOf, nearestStep, type Steps } from "./scale.ts"

interface Props {
  name: string
  value: number
  steps: Steps
  format: (value: number) => string
  onInput: (value: number) => void
  hidden?: boolean
}

/** A slider with its name before it and its value after it: the step at which it stands, which may not be all of it. */
export function SliderRow({ name, value, steps, format, onInput, hidden }: Props) {
  const shown = nearestStep(value, steps)
  return (
    <label class="slider" hidden={hidden}>
      <span>{name}</span>
      <input type="range" aria-label={name} {...steps} value={shown} style={`--done: ${doneOf(shown, steps)}%`}
        onInput={(event) => onInput(Number(event.currentTarget.value))} />
      <output>{format(shown)}</output>
    </label>
  )
}
