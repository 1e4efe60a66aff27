// The triangles of a surface, as they travel and as they are drawn. No DOM here.

export interface Mesh {
  vertices: Float32Array // x, y and z of one after the other, in mm
  faces: Uint32Array // three vertices each, counter-clockwise as seen from outside
}

export interface Packed {
  vertices: number
  faces: number
  low: readonly number[]
  step: readonly number[]
}

const ANGULAR = 0.85 // what faces and vertices share of their directions: less on voxels than on smooth bodies

/** The surface of what surface_encoding.py has packed. */
export function unpacked({ vertices, faces, low, step }: Packed, content: Uint8Array): Mesh {
  const steps = summed(joined(content, 0, 3 * vertices, 2), 0xffff)
  const indices = summed(joined(content, 6 * vertices, 3 * faces, 4), 0xffffffff)
  const points = new Float32Array(3 * vertices)
  for (let n = 0; n < points.length; n++) points[n] = low[n % 3] + steps[n] * step[n % 3]
  return { vertices: points, faces: indices }
}

/** Numbers whose bytes came split: all first ones, then all second ones, … */
function joined(content: Uint8Array, start: number, count: number, size: number): Uint32Array {
  const numbers = new Uint32Array(count)
  for (let byte = 0; byte < size; byte++) {
    const from = start + byte * count
    for (let n = 0; n < count; n++) numbers[n] |= content[from + n] << (8 * byte)
  }
  return numbers
}

/** Numbers of which each came less the one before in its column. */
function summed(numbers: Uint32Array, mask: number): Uint32Array {
  for (let n = 3; n < numbers.length; n++) numbers[n] = (numbers[n] + numbers[n - 3]) & mask
  return numbers
}

/** The direction of the surface at each vertex, and whether all of it is so angular that faces are to be told apart. */
export function normalsOf({ vertices, faces }: Mesh): { normals: Float32Array; angular: boolean } {
  const normals = new Float32Array(vertices.length)
  for (let n = 0; n < faces.length; n += 3) {
    const [x, y, z] = areaOf(vertices, faces, n)
    for (let corner = n; corner < n + 3; corner++) {
      const at = 3 * faces[corner]
      normals[at] += x
      normals[at + 1] += y
      normals[at + 2] += z
    }
  }
  for (let n = 0; n < normals.length; n += 3) {
    const length = Math.hypot(normals[n], normals[n + 1], normals[n + 2]) || 1
    for (let axis = n; axis < n + 3; axis++) normals[axis] /= length
  }
  return { normals, angular: shareOfDirections(vertices, faces, normals) < ANGULAR }
}

/** A face's direction, as long as twice its area. */
export function areaOf(points: Float32Array, faces: Uint32Array, n: number): [number, number, number] {
  const [a, b, c] = [3 * faces[n], 3 * faces[n + 1], 3 * faces[n + 2]]
  const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]]
  const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]]
  return [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
}

function shareOfDirections(vertices: Float32Array, faces: Uint32Array, normals: Float32Array): number {
  let shared = 0
  let all = 0
  for (let n = 0; n < faces.length; n += 3) {
    const [x, y, z] = areaOf(vertices, faces, n)
    const at = 3 * faces[n]
    shared += x * normals[at] + y * normals[at + 1] + z * normals[at + 2]
    all += Math.hypot(x, y, z)
  }
  return all ? shared / all : 1
}
