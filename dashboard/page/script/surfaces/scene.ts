// The surfaces as vtk.js draws them: one actor for each label, in a translucent whole.

// What draws each kind of part; of others there is none here.
import "@kitware/vtk.js/Rendering/OpenGL/Actor"
import "@kitware/vtk.js/Rendering/OpenGL/Camera"
import "@kitware/vtk.js/Rendering/OpenGL/PolyDataMapper"
import "@kitware/vtk.js/Rendering/OpenGL/Renderer"
import vtkDataArray from "@kitware/vtk.js/Common/Core/DataArray"
import vtkPolyData from "@kitware/vtk.js/Common/DataModel/PolyData"
import vtkActor from "@kitware/vtk.js/Rendering/Core/Actor"
import vtkMapper from "@kitware/vtk.js/Rendering/Core/Mapper"
import vtkRenderWindow from "@kitware/vtk.js/Rendering/Core/RenderWindow"
import vtkRenderer from "@kitware/vtk.js/Rendering/Core/Renderer"
import vtkOpenGLRenderWindow from "@kitware/vtk.js/Rendering/OpenGL/RenderWindow"

import { ANGLE, type View } from "./camera.ts"
import { type Mesh, normalsOf } from "./meshes.ts"

export const WHOLE = 0

/** How a label's surface is to be seen. */
export interface Look { color: string; visible: boolean }

interface Drawn { mesh: Mesh; actor: vtkActor; mapper: vtkMapper; data: vtkPolyData }

const BACKGROUND: [number, number, number] = [0.051, 0.063, 0.078]
const WHOLE_COLOR: [number, number, number] = [0.82, 0.84, 0.87]
const OF_WHOLE = { opacity: 0.26, backfaceCulling: true, ambient: 0.3, diffuse: 0.8, specular: 0.25 } // its far side would veil the labels

export class Scene {
  readonly #renderer = vtkRenderer.newInstance({ background: BACKGROUND })
  readonly #window = vtkRenderWindow.newInstance()
  readonly #view: vtkOpenGLRenderWindow
  readonly #drawn = new Map<number, Drawn>()
  readonly #looks = new Map<number, Look>()
  #shown = true

  /** Draw on a canvas that has a WebGL context. */
  constructor(canvas: HTMLCanvasElement) {
    this.#view = vtkOpenGLRenderWindow.newInstance({ canvas })
    this.#window.addRenderer(this.#renderer)
    this.#window.addView(this.#view)
    this.#renderer.getActiveCamera().setViewAngle(ANGLE)
  }

  get isEmpty(): boolean { return this.#drawn.size === 0 }

  has(label: number): boolean { return this.#drawn.has(label) }

  /** The labels' surfaces that are seen. */
  get seen(): (readonly [label: number, mesh: Mesh])[] {
    return [...this.#drawn].filter(([label]) => label !== WHOLE && this.#isSeen(label)).map(([label, { mesh }]) => [label, mesh])
  }

  get vertices(): Float32Array[] { return [...this.#drawn.values()].map(({ mesh }) => mesh.vertices) }

  clear(): void {
    for (const label of [...this.#drawn.keys()]) this.remove(label)
    this.#looks.clear()
  }

  /** Put a label's surface in place of the one it had. */
  put(label: number, mesh: Mesh): void {
    const { normals, angular } = normalsOf(mesh)
    const data = polyData(mesh, normals)
    const before = this.#drawn.get(label)
    const { actor, mapper } = before ?? this.#added()
    mapper.setInputData(data)
    before?.data.delete()
    const property = actor.getProperty()
    if (angular) property.setInterpolationToFlat()
    else property.setInterpolationToGouraud()
    this.#drawn.set(label, { mesh, actor, mapper, data })
    this.#dress(label)
  }

  remove(label: number): void {
    const drawn = this.#drawn.get(label)
    if (!drawn) return
    this.#drawn.delete(label)
    this.#renderer.removeActor(drawn.actor)
    for (const part of [drawn.actor, drawn.mapper, drawn.data]) part.delete()
  }

  look(label: number, look: Look): void {
    this.#looks.set(label, look)
    this.#dress(label)
  }

  /** Show or hide the labels; the whole stays. */
  show(shown: boolean): void {
    this.#shown = shown
    for (const label of this.#drawn.keys()) this.#dress(label)
  }

  /** Draw all as it is seen, on so many pixels. */
  draw({ position, focus, up }: View, [width, height]: [number, number]): void {
    const camera = this.#renderer.getActiveCamera()
    camera.setPosition(...position)
    camera.setFocalPoint(...focus)
    camera.setViewUp(...up)
    this.#renderer.resetCameraClippingRange()
    this.#view.setSize(width, height)
    this.#window.render()
  }

  end(): void {
    this.clear()
    this.#view.delete()
  }

  #added(): Pick<Drawn, "actor" | "mapper"> {
    const [actor, mapper] = [vtkActor.newInstance(), vtkMapper.newInstance({ scalarVisibility: false })]
    actor.setMapper(mapper)
    actor.getProperty().set({ ambient: 0.12, diffuse: 0.88, specular: 0.12, specularPower: 20 })
    this.#renderer.addActor(actor)
    return { actor, mapper }
  }

  #dress(label: number): void {
    const actor = this.#drawn.get(label)?.actor
    if (!actor) return
    const color = this.#looks.get(label)?.color
    actor.getProperty().setColor(...(color ? rgb(color) : WHOLE_COLOR))
    if (label === WHOLE) actor.getProperty().set(OF_WHOLE)
    actor.setVisibility(this.#isSeen(label))
  }

  #isSeen(label: number): boolean {
    return label === WHOLE || (this.#shown && (this.#looks.get(label)?.visible ?? true))
  }
}

function polyData({ vertices, faces }: Mesh, normals: Float32Array): vtkPolyData {
  const data = vtkPolyData.newInstance()
  data.getPoints().setData(vertices, 3)
  data.getPolys().setData(cellsOf(faces))
  data.getPointData().setNormals(vtkDataArray.newInstance({ name: "Normals", numberOfComponents: 3, values: normals }))
  return data
}

/** Triangles as vtk.js has them: how many corners, then which. */
function cellsOf(faces: Uint32Array): Uint32Array {
  const cells = new Uint32Array(faces.length / 3 * 4)
  for (let from = 0, to = 0; from < faces.length; from += 3, to += 4) {
    cells[to] = 3
    cells[to + 1] = faces[from]
    cells[to + 2] = faces[from + 1]
    cells[to + 3] = faces[from + 2]
  }
  return cells
}

/** “#rrggbb” as three numbers from 0 to 1. */
function rgb(color: string): [number, number, number] {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
  return [red, green, blue]
}
