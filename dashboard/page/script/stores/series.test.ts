import assert from "node:assert/strict"
import { test } from "node:test"
import type { Channel } from "../core/protocol.ts"
import { blendColors, blendWith, chooseSecond, listVolumes, openSeries, showVolume, stepVolume, weigh, windowOf, windowShown } from "./series.ts"

const channel = (key: number, name: string): Channel => ({ key, name, resampled: false, range: [0, 9], window: [1, 8], dtype: "int16" })
const [FLAIR, PET, T1] = [channel(0, "flair"), channel(1, "pet"), channel(2, "t1")]
const weightsOf = ({ volumes }: ReturnType<typeof openSeries>) => volumes.map(({ name, weight }) => [name, weight])
const shownOf = ({ shown, second }: ReturnType<typeof openSeries>) => [shown?.name, second?.name]

/** A series that has just been listed. */
function seriesOf(volumes: Channel[], weights: [string, number][] = []) {
  return listVolumes(openSeries(FLAIR), { volumes, weights })
}

/** What a state is after a change. */
const after = <State extends object>(state: State, change: Partial<State>): State => ({ ...state, ...change })

test("the main volume counts, those beside it do not", () => {
  assert.deepEqual(weightsOf(seriesOf([FLAIR, PET])), [["flair", 1], ["pet", 0]])
})

test("weights are those of the last partition", () => {
  assert.deepEqual(weightsOf(seriesOf([FLAIR, PET], [["pet", 2]])), [["flair", 0], ["pet", 2]])
})

test("what was set of a volume stays when the list comes again", () => {
  let series = seriesOf([FLAIR, PET])
  series = after(series, weigh(series, PET, 3))
  series = after(series, windowShown(series, [2, 3]))

  series = listVolumes(series, { volumes: [FLAIR, PET, T1], weights: [["pet", 1], ["t1", 5]] })

  assert.deepEqual(weightsOf(series), [["flair", 1], ["pet", 3], ["t1", 5]])
  assert.deepEqual([series.shown?.window, series.shown?.first], [[2, 3], [1, 8]])
})

test("a weight is taken between nothing and the most", () => {
  const series = seriesOf([FLAIR, PET])
  for (const [wished, is] of [[99, 10], [-1, 0], [NaN, 0], [0.5, 0.5]]) {
    assert.equal(weigh(series, PET, wished).volumes?.[1].weight, is)
  }
})

test("a second volume is there as soon as there are two, and another one when it goes", () => {
  const series = seriesOf([FLAIR, PET, T1])
  assert.deepEqual(shownOf(series), ["flair", "pet"])

  assert.deepEqual(shownOf(listVolumes(series, { volumes: [FLAIR, T1], weights: [] })), ["flair", "t1"])
  assert.deepEqual(shownOf(listVolumes(series, { volumes: [FLAIR], weights: [] })), ["flair", undefined])
})

test("where the shown volume goes the main one is shown", () => {
  const series = seriesOf([FLAIR, PET, T1])
  const shown = after(series, showVolume(series, PET))
  assert.deepEqual(shownOf(shown), ["pet", "flair"])

  assert.deepEqual(shownOf(listVolumes(shown, { volumes: [FLAIR, T1], weights: [] })), ["flair", "t1"])
  assert.deepEqual(shownOf(listVolumes(shown, { volumes: [FLAIR], weights: [] })), ["flair", undefined])
})

test("the second volume changes places with the shown one, and a third leaves it where it is", () => {
  const series = seriesOf([FLAIR, PET, T1])

  assert.deepEqual(shownOf(after(series, showVolume(series, PET))), ["pet", "flair"])
  assert.deepEqual(shownOf(after(series, showVolume(series, T1))), ["t1", "pet"])
})

test("the shown volume is not the second one too", () => {
  const series = seriesOf([FLAIR, PET, T1])

  assert.deepEqual(chooseSecond(series, FLAIR), {})
  assert.deepEqual(shownOf(after(series, chooseSecond(series, T1))), ["flair", "t1"])
})

test("steps go round", () => {
  const series = seriesOf([FLAIR, PET, T1])

  assert.deepEqual([1, -1, 3].map((by) => stepVolume(series, by)?.name), ["pet", "t1", "flair"])
  assert.equal(stepVolume(openSeries(FLAIR), 1), undefined)
})

test("each volume has its own window, which the shown and the second one have too", () => {
  let series = seriesOf([FLAIR, PET])
  series = after(series, windowShown(series, [0, 1]))
  series = after(series, windowOf(series, PET, [5, 6]))

  assert.deepEqual([series.shown?.window, series.second?.window], [[0, 1], [5, 6]])
  assert.deepEqual(series.volumes, [series.shown, series.second])
})

test("nothing is blended without a second volume, nor after it has gone", () => {
  assert.deepEqual(blendWith(openSeries(FLAIR), true), { blends: false })
  const series = seriesOf([FLAIR, PET])
  const blended = after(series, blendWith(series, true))

  assert.equal(blended.blends, true)
  assert.equal(listVolumes(blended, { volumes: [FLAIR], weights: [] }).blends, false)
})

test("the second volume's colours go from clear to bright, as strong as the mix", () => {
  const hot = blendColors("Hot", 0.5)
  assert.deepEqual([hot.length, hot[0], hot[255]], [256, 0, 0x80ffffff])
  assert.equal(hot[85], 0x2b0000ff) // red first
  assert.equal(blendColors("Grey", 1)[0], 0xff000000)
})
