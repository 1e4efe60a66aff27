// Keys beside the names of what they do.

/** The key of a button, beside its name: drawn, not said, since it is no part of that name. */
export function Keycap({ of = "", hidden }: { of?: string | number; hidden?: boolean }) {
  return <kbd aria-hidden="true" data-key={of} hidden={hidden} />
}
