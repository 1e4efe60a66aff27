import assert from "node:assert/strict"
import { test } from "node:test"

import { normalsOf, unpacked } from "./meshes.ts"

/** What surface_encoding.py makes of two faces: differences, low bytes first. */
function packed(vertices: number[], faces: number[]): Uint8Array {
  const differences = (numbers: number[]) => numbers.map((each, n) => (n < 3 ? each : each - numbers[n - 3]))
  const planes = (numbers: number[], size: number) =>
    [...Array(size).keys()].flatMap((byte) => differences(numbers).map((each) => (each >> (8 * byte)) & 255))
  return Uint8Array.from([...planes(vertices, 2), ...planes(faces, 4)])
}

test("a surface is unpacked as it was packed", () => {
  const steps = [0, 65535, 300, 65535, 0, 301, 7, 8, 0, 500, 500, 65535]
  const faces = [0, 1, 2, 3, 2, 1]
  const mesh = unpacked({ vertices: 4, faces: 2, low: [-10, 0, 5], step: [1, 0.5, 2] }, packed(steps, faces))
  assert.deepEqual([...mesh.faces], faces)
  assert.deepEqual([...mesh.vertices], steps.map((each, n) => [-10, 0, 5][n % 3] + each * [1, 0.5, 2][n % 3]))
})

test("indices beyond 16 bits come whole", () => {
  const faces = [0, 70000, 140000, 140001, 0, 70001]
  const steps = Array<number>(3 * 140002).fill(0)
  const mesh = unpacked({ vertices: 140002, faces: 2, low: [0, 0, 0], step: [1, 1, 1] }, packed(steps, faces))
  assert.deepEqual([...mesh.faces], faces)
})

const CUBE = {
  vertices: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [n & 1, (n >> 1) & 1, n >> 2])),
  faces: Uint32Array.from([0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5]),
}

test("normals point outward, and the faces of voxels are told from a smooth body's", () => {
  const { normals, angular } = normalsOf(CUBE)
  for (let n = 0; n < 24; n++) assert.equal(Math.sign(normals[n]), Math.sign(CUBE.vertices[n] - 0.5))
  assert.ok(angular)
  assert.ok(!normalsOf(ball(24)).angular)
})

/** A ball of so many steps around. */
function ball(steps: number): { vertices: Float32Array; faces: Uint32Array } {
  const [vertices, faces]: [number[], number[]] = [[], []]
  for (let i = 0; i <= steps; i++) {
    for (let j = 0; j < steps; j++) {
      const [low, along] = [Math.PI * (i + 0.01) / (steps + 0.02), 2 * Math.PI * j / steps]
      vertices.push(Math.sin(low) * Math.cos(along), Math.sin(low) * Math.sin(along), Math.cos(low))
      const [a, b] = [i * steps + j, i * steps + (j + 1) % steps]
      if (i < steps) faces.push(a, a + steps, b, b, a + steps, b + steps)
    }
  }
  return { vertices: Float32Array.from(vertices), faces: Uint32Array.from(faces) }
}
