// Fields in which one types.

import { useLayoutEffect, useRef } from "preact/hooks"

/** For a field that says something else only when that is another: what is being typed in it stays, whatever is drawn anew. */
export function useWritten(value: string | number) {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => { if (field.current) field.current.value = String(value) }, [value])
  return field
}
