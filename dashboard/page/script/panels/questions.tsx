// What the server asks before it opens a file.

import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import type { Actions, Given } from "../core/actions.ts"
import type { Messages, Verbs } from "../core/protocol.ts"
import { Dialog } from "./dialog.tsx"

type Question = Messages["ask"]

interface Asked {
  question: Question | null // null while this one is not asked
  actions: Actions
  close: () => void
}

/** The questions, of which one is asked at a time. */
export function Questions({ stores: { dialogs }, actions }: Given) {
  const { question } = dialogs.state
  const close = () => dialogs.set({ question: null })
  const asked = (kind: string) => ({ question: question && kindOf(question) === kind ? question : null, actions, close })
  return <>
    <VolumeQuestion {...asked("volume")} />
    <FormQuestion {...asked("form")} />
    <GridQuestion {...asked("grid")} />
  </>
}

const kindOf = ({ grid, difference }: Question): string => (grid ? "grid" : difference ? "form" : "volume")

/** A question; what is in the last line answers it. */
function Ask({ name, title, question, close, answers, children }: Omit<Asked, "actions"> & {
  name: string
  title: string
  answers: ComponentChildren
  children: ComponentChildren
}) {
  return (
    <Dialog class="which" name={name} isOpen={question !== null} onClose={close}>
      <h2>{title}</h2>
      {children}
      <p class="end"><button title="Close, and change nothing (Esc)" onClick={close}>Close</button>{answers}</p>
    </Dialog>
  )
}

/** A file of several volumes, of which one can be opened, or as many together as a series has. */
function VolumeQuestion({ question, actions, close }: Asked) {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => { if (field.current) field.current.value = "1" }, [question])
  const open = () => {
    actions.say("open_volume_of", { volume: Number(field.current?.value) - 1 })
    close()
  }
  return (
    <Ask name="Which volume" title="Which volume?" {...{ question, close }} answers={<>
      <TogetherButton {...{ question, actions, close }} />
      <button title="Open the volume of this number" onClick={open}>Open volume</button>
    </>}>
      <p>{question && `${question.name} holds ${question.count} volumes. Which one is to be opened, 1 to ${question.count}?`}</p>
      <input ref={field} type="number" min={1} max={question?.count} step={1} aria-label="Which volume" />
    </Ask>
  )
}

function TogetherButton({ question, actions, close }: Asked) {
  const { together, count } = question ?? { together: 0, count: 0 }
  const open = () => {
    actions.say("open_together", {})
    close()
  }
  return (
    <button title="Open the volumes together: shown one after the other, blended, or side by side" hidden={together < 2} onClick={open}>
      {together === count ? "All as a series" : `First ${together} as a series`}
    </button>
  )
}

/** A file whose two places in the world differ: no guess is right, and left may be right. */
function FormQuestion({ question, actions, close }: Asked) {
  const by = (form: Verbs["open_by"]["form"]) => {
    const open = () => {
      actions.say("open_by", { form })
      close()
    }
    return <button title={`Place the volume by its ${form}`} onClick={open}>Take the {form}</button>
  }
  return (
    <Ask name="Which place" title="Which place is right?" {...{ question, close }} answers={<>{by("qform")}{by("sform")}</>}>
      <p>{question && `${question.name} says in two ways where it lies in the patient, by a qform and by an sform, and they differ.`}</p>
      <p>{question?.difference}</p>
      <p class="dim">Labels and volume are downloaded with the chosen place only, so that every program reads them alike.</p>
    </Ask>
  )
}

/** A label map that does not lie on the volume voxel for voxel. */
function GridQuestion({ question, actions, close }: Asked) {
  const resample = () => {
    actions.change("open_resampled", {})
    close()
  }
  return (
    <Ask name="Resample" title="Resample the label map?" {...{ question, close }}
      answers={<button title="Lay the labels on the grid of the open volume, by nearest neighbour" onClick={resample}>Resample</button>}>
      <p>{question && `${question.name}: ${question.grid}`}</p>
      <p>
        Resample it by nearest neighbour onto the volume? Each voxel of the volume then takes the label that lies nearest to it;
        {" "}no label is blended, and one undo takes all back.
      </p>
      <p class="dim">The file stays as it is.</p>
    </Ask>
  )
}
