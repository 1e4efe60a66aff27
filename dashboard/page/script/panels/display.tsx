// How the volume is shown: its window, how strong labels are, and what else is seen.

import type { Given } from "../core/actions.ts"
import { figure } from "../core/dom.ts"
import type { SeriesVolume } from "../stores/document.ts"
import type { Toggle } from "../stores/view.ts"
import { Foldable } from "./fold.tsx"
import { Icon } from "./icon.tsx"
import { Keycap } from "./keycap.tsx"
import { PresetMenu } from "./preset_menu.tsx"
import type { Steps } from "./scale.ts"
import { SliderRow } from "./slider_row.tsx"

const TOGGLES: [name: string, key: string, what: Toggle][] = [
  ["Borders", "B", "borders"], ["Labels", "S", "labels_shown"], ["3D", "V", "surfaces_shown"],
  ["Cross lines", "H", "crosshair_shown"], ["Highlight", "U", "highlight"],
]
const PERCENT: Steps = { min: 0, max: 100, step: 1 }
const CHART = ["M3 20h18", "M4 17c3 0 3-9 6-9s3 9 6 9", "M11 17c3 0 3-12 5-12s2 12 4 12"]

export function Display(given: Given) {
  return (
    <Foldable class="display" name="Display" more={<IntensitiesButton {...given} />}>
      <PresetMenu {...given} />
      <WindowRows {...given} />
      <OpacityRow {...given} />
      <div class="buttons">
        {TOGGLES.map(([name, key, what]) => <ToggleButton key={key} {...given} name={name} of={key} what={what} />)}
        <SidesButton {...given} />
      </div>
    </Foldable>
  )
}

function IntensitiesButton({ actions }: Given) {
  return (
    <button class="plain chart" aria-label="Intensities by label" title="How the intensities of each label are spread, as a plot (I)"
      onClick={() => actions.say("intensities", {})}><Icon paths={CHART} /></button>
  )
}

/** The ends of the window; each moves the other one away. */
function WindowRows({ stores: { document, view }, actions }: Given) {
  const steps = stepsOf(document.state.shown)
  const [low, high] = view.state.window
  return <>
    <SliderRow name="Window low" value={low} steps={steps} format={figure}
      onInput={(to) => actions.setWindow([to, Math.max(high, to + steps.step)])} />
    <SliderRow name="Window high" value={high} steps={steps} format={figure}
      onInput={(to) => actions.setWindow([Math.min(low, to - steps.step), to])} />
  </>
}

/** The intensities of a volume as a slider goes through them. */
function stepsOf(volume: SeriesVolume | null): Steps {
  if (!volume) return { min: 0, max: 1, step: 1 }
  const [low, high] = volume.range
  return { min: low, max: high > low ? high : low + 1, step: volume.dtype === "float32" ? (high - low) / 1000 || 1 : 1 }
}

function OpacityRow({ stores: { view }, actions }: Given) {
  return (
    <SliderRow name="Label opacity" value={Math.round(view.state.opacity * 100)} steps={PERCENT} format={(value) => `${value} %`}
      onInput={(value) => actions.setOpacity(value / 100)} />
  )
}

function ToggleButton({ stores: { view }, actions, name, of, what }: Given & { name: string; of: string; what: Toggle }) {
  return (
    <button aria-label={name} title={`Show or hide: ${name} (${of})`} aria-pressed={view.state[what]} onClick={() => actions.toggle(what)}>
      {name}<Keycap of={of} />
    </button>
  )
}

/** On which side the patient's right lies; a volume that does not know left from right has but one view. */
function SidesButton({ stores: { document, view }, actions }: Given) {
  const { opened } = document.state
  return (
    <button aria-label="Radiological" title="Radiological view: the patient’s right on the left of the screen; off is neurological (N)"
      hidden={opened?.oriented === false} aria-pressed={view.state.prefersRadiological || opened?.oriented === false}
      onClick={() => actions.flipSides()}>Radiological<Keycap of="N" /></button>
  )
}
