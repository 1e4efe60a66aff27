// Several volumes of one patient: which is shown, which lies over it or beside it, and how much each counts when
// superpixels are cut.

import type { Given } from "../core/actions.ts"
import type { SeriesVolume, Shade } from "../stores/document.ts"
import { MOST_WEIGHT, SHADE_NAMES, weightOf } from "../stores/series.ts"
import { Foldable } from "./fold.tsx"
import { Keycap } from "./keycap.tsx"
import { SliderRow } from "./slider_row.tsx"
import { useWritten } from "./written.ts"

const PERCENT = { min: 0, max: 100, step: 1 }
const LEAVES = ["Enter", "Escape"]

export function Series({ stores, actions }: Given) {
  const { document, view } = stores
  const { volumes, blends, mix } = document.state
  return (
    <Foldable class="volumes" name="Volumes" hidden={!document.several}
      more={<small title="How much its intensities count in Partition">weight in cut</small>}>
      <div class="rows" role="radiogroup" aria-label="Volume that is shown">
        {volumes.map((volume) => <VolumeRow key={volume.key} stores={stores} actions={actions} volume={volume} />)}
      </div>
      <SliderRow name="Blend opacity" value={Math.round(100 * mix)} steps={PERCENT} format={(value) => `${value} %`} hidden={!blends}
        onInput={(value) => actions.setBlend({ mix: value / 100 })} />
      <div class="buttons">
        <button aria-label="Blend" title="Lay the second volume over the shown one (O)" aria-pressed={blends}
          onClick={() => actions.blend(!blends)}>Blend<Keycap of="O" /></button>
        <button aria-label="Side by side" title="The plane used last twice: the shown and the second volume (J)" aria-pressed={view.state.comparing}
          onClick={() => actions.compare(!view.state.comparing)}>Side by side<Keycap of="J" /></button>
        <Shades stores={stores} actions={actions} />
      </div>
    </Foldable>
  )
}

function Shades({ stores: { document: { state: { blends, shade } } }, actions }: Given) {
  const choose = (menu: HTMLSelectElement) => {
    actions.setBlend({ shade: menu.value as Shade })
    menu.blur() // keys are tools again
  }
  return (
    <select aria-label="Colours of the second volume" title="Colours of the second volume" value={shade} hidden={!blends}
      onChange={(event) => choose(event.currentTarget)}>
      {SHADE_NAMES.map((name) => <option key={name}>{name}</option>)}
    </select>
  )
}

type RowGiven = Given & { volume: SeriesVolume }

function VolumeRow({ stores, actions, volume }: RowGiven) {
  const { shown, second } = stores.document.state
  const { key, name } = volume
  const isShown = key === shown?.key
  return (
    <div class={isShown ? "row chosen" : "row"}>
      <NameButton {...{ actions, volume, isShown }} />
      <button class="second" aria-pressed={key === second?.key} aria-label={`Second: ${name}`} disabled={isShown}
        title="The second volume: over the shown one (Blend), or beside it (Side by side)"
        onClick={() => actions.chooseSecond(volume)}>second</button>
      <Weight {...{ actions, volume }} />
      <button class="plain" aria-label={`Take ${name} out`} disabled={key === 0}
        title={key ? "Take it out of the series; labels stay" : "This one is annotated: it stays"}
        onClick={() => actions.change("remove_volume", { key })}>×</button>
    </div>
  )
}

function NameButton({ actions, volume, isShown }: Pick<RowGiven, "actions" | "volume"> & { isShown: boolean }) {
  const { name, resampled } = volume
  const grid = resampled ? ", which lies on another grid and is shown resampled" : ""
  return (
    <button class="name" role="radio" aria-checked={isShown} title={`Show ${name}${grid} (, and .)`} onClick={() => actions.show(volume)}>
      {name}{resampled && <small class="dim"> resampled</small>}
    </button>
  )
}

function Weight({ actions, volume }: Pick<RowGiven, "actions" | "volume">) {
  const ref = useWritten(volume.weight)
  const write = (field: HTMLInputElement) => {
    const weight = field.value === "" ? volume.weight : weightOf(Number(field.value))
    field.value = String(weight) // also where it is what it was, and nothing is drawn anew
    actions.weigh(volume, weight)
  }
  return (
    <input ref={ref} type="number" min={0} max={MOST_WEIGHT} step="any" aria-label={`Weight of ${volume.name}`}
      title="How much its intensities count in Partition, 0 to 10; 0: not at all" onChange={(event) => write(event.currentTarget)}
      onKeyDown={(event) => { if (LEAVES.includes(event.key)) event.currentTarget.blur() }} />
  )
}
