// Icons: lines on 24 × 24.

/** An icon from path data. It is drawn, not said: what it stands on has a name. */
export function Icon({ paths }: { paths: readonly string[] }) {
  return <svg viewBox="0 0 24 24" aria-hidden="true">{paths.map((d) => <path key={d} d={d} />)}</svg>
}
