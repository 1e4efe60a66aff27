import assert from "node:assert/strict"
import { test } from "node:test"
import type { BokehImage, ImageSource } from "./bokeh.ts"
import { FigureImage, SliceFigure } from "./figure.ts"

/** Numbers with rows and columns, as Bokeh has them. */
class FakeImage extends Uint32Array {
  readonly shape: [number, number]
  constructor(values: Uint32Array, shape: [number, number]) {
    super(values)
    this.shape = shape
  }
}

function imageWith(rows: number, columns: number) {
  const image = new FakeImage(new Uint32Array(rows * columns), [rows, columns]) as BokehImage<Uint32Array>
  const change = { connect: () => {}, emit: () => {} }
  const source: ImageSource<Uint32Array> = { data: { image: [image], x: [9], y: [9], dw: [9], dh: [9] }, change }
  return { source, image, of: new FigureImage(source, Uint32Array) }
}

const place = (n: number) => ({ x: [n] as [number], y: [n] as [number], dw: [n] as [number], dh: [n] as [number] })

test("an image of the same size is written over, in its new place", () => {
  const { source, image, of } = imageWith(2, 3)

  assert.equal(of.as({ width: 3, height: 2, place: place(4) }), image)

  assert.deepEqual([source.data.x, source.data.dh], [[4], [4]])
})

test("one of another size is made anew, with as many numbers", () => {
  const { source, image, of } = imageWith(2, 3)

  const made = of.as({ width: 2, height: 3, place: place(0) })

  assert.notEqual(made, image)
  assert.deepEqual([made.length, source.data.image[0].shape, source.data.image[0] === made], [6, [3, 2], true])
})

test("a figure that Bokeh has not made yet is none", () => {
  assert.equal(SliceFigure.find({ get_model_by_name: () => null, on_event: () => {} }, "axial"), null)
})
