// Which surface lies under a place of the pane. No DOM here.

import { type Mesh, areaOf } from "./meshes.ts"
import { type Vector, minus, plus, times, unit } from "./vectors.ts"

export interface Ray { from: Vector; along: Vector }

export interface Hit {
  label: number
  away: number // from where the ray begins, in mm
  ras: Vector // inside the surface, by so much as is asked for
}

/** The first of some surfaces that a ray meets, if any; its place lies inside by `inset` mm. */
export function firstHit(ray: Ray, meshes: Iterable<readonly [label: number, mesh: Mesh]>, inset: number): Hit | null {
  let first: Hit | null = null
  for (const [label, mesh] of meshes) {
    const { away, face } = nearest(ray, mesh)
    if (away < (first?.away ?? Infinity)) {
      const outward = unit(areaOf(mesh.vertices, mesh.faces, face))
      first = { label, away, ras: minus(plus(ray.from, times(ray.along, away)), times(outward, inset)) }
    }
  }
  return first
}

// One pass without calls: a surface has a hundred thousand faces, and the picture waits.
/* eslint-disable complexity */
/** How far off a ray meets a surface first, and at which face (Möller and Trumbore, doi:10.1080/10867651.1997.10487468). */
function nearest({ from: [x, y, z], along: [dx, dy, dz] }: Ray, { vertices: points, faces }: Mesh): { away: number; face: number } {
  let [away, face] = [Infinity, 0]
  for (let n = 0; n < faces.length; n += 3) {
    const [a, b, c] = [3 * faces[n], 3 * faces[n + 1], 3 * faces[n + 2]]
    const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]]
    const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]]
    const [px, py, pz] = [dy * vz - dz * vy, dz * vx - dx * vz, dx * vy - dy * vx]
    const turn = ux * px + uy * py + uz * pz
    if (turn === 0) continue
    const [tx, ty, tz] = [x - points[a], y - points[a + 1], z - points[a + 2]]
    const u = (tx * px + ty * py + tz * pz) / turn
    if (u < 0 || u > 1) continue
    const [qx, qy, qz] = [ty * uz - tz * uy, tz * ux - tx * uz, tx * uy - ty * ux]
    const v = (dx * qx + dy * qy + dz * qz) / turn
    if (v < 0 || u + v > 1) continue
    const t = (vx * qx + vy * qy + vz * qz) / turn
    if (t > 0 && t < away) [away, face] = [t, n]
  }
  return { away, face }
}
/* eslint-enable complexity */
