// The headings of the side panel's sections.

import type { ComponentChildren } from "preact"

/** A section's name, and what stands at the other end of its line. */
export function Heading({ name, children }: { name: ComponentChildren; children?: ComponentChildren }) {
  return <h2>{name}<span class="grow" />{children}</h2>
}
