// The rail of tools at the left.

import type { Given } from "../core/actions.ts"
import { TOOLS } from "../drawing/tools.ts"
import { Icon } from "./icon.tsx"
import { Keycap } from "./keycap.tsx"

export function ToolRail({ stores: { editor }, actions }: Given) {
  return (
    <nav aria-label="Tools">
      {Object.values(TOOLS).map(({ name, title, key, icon }) => (
        <button key={name} class="tool" aria-label={title} title={`${title} (${key})`} aria-pressed={editor.state.tool === name}
          onClick={() => actions.setTool(name)}><Icon paths={icon} /><Keycap of={key} /></button>
      ))}
    </nav>
  )
}
