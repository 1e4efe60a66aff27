// How to cut the volume into superpixels.

import { useComputed, useSignal } from "@preact/signals"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Given } from "../core/actions.ts"
import { figure } from "../core/dom.ts"
import type { DocumentStore } from "../stores/document.ts"
import { Foldable, LOW_PX } from "./fold.tsx"
import { NumberRow } from "./number_row.tsx"
import { NO_FIELDS, cutFields, openFields, setField, settingsOf, unitsOf, type Fields, type Row } from "./partition_fields.ts"

const TITLES: Record<Row, [name: string, title: string]> = {
  count: ["Count", "How many superpixels in the foreground"],
  size: ["Size", "How large a superpixel is, about"],
  compactness: ["Compactness", "Small: follows intensity. Large: regular blocks. On intensities scaled to the foreground"],
  sigma_mm: ["Smoothing", "Width of the blur before cutting: some of a voxel keeps noise out of the borders; 0 for none"],
  threshold: ["Foreground", "Voxels brighter than this are cut into superpixels"],
}

export function Partition({ stores: { document, connection }, actions }: Given) {
  const [fields, set] = useFields(document)
  const folded = useRoom(useComputed(() => document.several).value) // not with every change of a window
  const { opened, partition } = document.state
  const units: Partial<ReturnType<typeof unitsOf>> = opened ? unitsOf(opened) : {}
  const row = (which: Row, more: object = {}) => (
    <NumberRow name={TITLES[which][0]} title={TITLES[which][1]} value={fields[which]} scale={fields.scales[which]}
      onChange={(value) => set((before) => setField(before, which, value))} {...more} />
  )
  return (
    <Foldable class="superpixels" name="Superpixels" folded={folded} more={<span class="total">{partition && figure(partition.count)}</span>}>
      {row("count")}
      {row("size", { ...units.size, disabled: fields.foreground_mm3 === 0 })}
      {row("compactness")}
      {row("sigma_mm", units.sigma_mm)}
      {row("threshold")}
      <div class="buttons">
        <button aria-label="Partition" title="Cut the volume into superpixels; labels stay" disabled={!connection.state.held}
          onClick={() => actions.change("partition", { ...settingsOf(fields), weights: document.weights })}>Partition</button>
        <label class="check" title="Find the foreground from the intensities">
          <input type="checkbox" checked={fields.isAuto}
            onChange={({ currentTarget: { checked } }) => set((before) => ({ ...before, isAuto: checked }))} />
          auto foreground
        </label>
      </div>
    </Foldable>
  )
}

/** The fields, which begin with a volume and follow its partitions. */
function useFields({ state }: DocumentStore) {
  const [fields, set] = useState<Fields>(NO_FIELDS)
  const { opened, partition } = state
  useLayoutEffect(() => { if (opened) set(openFields(opened)) }, [opened])
  useLayoutEffect(() => { if (partition) set((before) => cutFields(before, partition, state.threshold)) }, [partition])
  return [fields, set] as const
}

/** Whether the section is folded: in a low window it makes room for a series, as long as there is one. */
function useRoom(several: boolean) {
  const folded = useSignal(false)
  const makesRoom = useRef(false)
  useLayoutEffect(() => {
    if (several === makesRoom.current || (several && innerHeight >= LOW_PX)) return
    folded.value = makesRoom.current = several
  }, [several])
  return folded
}
