// The line on which one writes value and name of a label to be added.

import { useSignal, type Signal } from "@preact/signals"
import type { RefObject } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import type { Given } from "../core/actions.ts"
import { MOST_LETTERS, firstFree } from "./label_rows.ts"

const MOST_LABEL = 65535

interface Props extends Given {
  isOpen: Signal<boolean>
  button: RefObject<HTMLButtonElement | null> // which opens and closes it, and gets the focus back
}

export function NewLabel({ stores: { document }, actions, isOpen, button }: Props) {
  const value = useSignal("")
  const [valueField, nameField] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)]
  const taken = isOpen.value ? document.state.rows.get(Number(value.value)) : undefined
  const begin = () => {
    value.value = String(firstFree(document.state.rows))
    if (nameField.current) nameField.current.value = ""
    nameField.current?.focus()
  }
  useOpening(isOpen.value, begin, () => button.current?.focus())
  // Say beforehand what the server would refuse.
  useLayoutEffect(() => valueField.current?.setCustomValidity(taken ? `${taken.name} has this value already` : ""), [taken])
  const submit = (event: Event) => {
    event.preventDefault()
    if (!valueField.current?.reportValidity()) return
    actions.change("add_label", { value: Number(value.value), name: nameField.current?.value })
    isOpen.value = false
  }
  return (
    <form class="new" hidden={!isOpen.value} noValidate onSubmit={submit} onKeyDown={(event) => { if (event.key === "Escape") isOpen.value = false }}>
      <input ref={valueField} type="number" min={1} max={MOST_LABEL} step={1} required aria-label="Value of the new label" value={value.value}
        onInput={(event) => { value.value = event.currentTarget.value }} />
      <input ref={nameField} type="text" maxLength={MOST_LETTERS} aria-label="Name of the new label" placeholder={`label ${value.value}`} />
      <button title="Add the label (Enter; Esc to leave it)">Add</button>
    </form>
  )
}

/** Do something each time when it is opened, and when it is closed again. */
function useOpening(isOpen: boolean, begin: () => void, end: () => void): void {
  const was = useRef(false)
  useLayoutEffect(() => {
    if (isOpen !== was.current) (isOpen ? begin : end)()
    was.current = isOpen
  }, [isOpen])
}
