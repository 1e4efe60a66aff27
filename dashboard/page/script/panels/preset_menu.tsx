// The menu of the windows that have names. Shift and a digit choose without it (core/keys.ts).

import { useRef } from "preact/hooks"
import type { Given } from "../core/actions.ts"
import { presetAt, presetsOf } from "./presets.ts"

export function PresetMenu({ stores: { document, view }, actions }: Given) {
  const { shown } = document.state
  const presets = shown ? presetsOf(shown) : []
  const byMouse = useRef(false)
  const choose = (menu: HTMLSelectElement) => {
    const preset = presets[Number(menu.value)]
    if (preset) actions.setWindow(preset[1])
    if (byMouse.current) menu.blur() // keys are tools again
  }
  return (
    <label class="slider preset">
      <span>Window</span>
      <select aria-label="Window preset" title="Windows by name (Shift+1, Shift+2, …)" value={presetAt(presets, view.state.window)}
        onPointerDown={() => { byMouse.current = true }} onKeyDown={() => { byMouse.current = false }}
        onChange={(event) => choose(event.currentTarget)}>
        {presets.map(([name], n) => <option key={name} value={n}>{name}</option>)}
        <option value={-1} hidden>By hand</option>
      </select>
    </label>
  )
}
