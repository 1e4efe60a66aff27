"""The labels in 3D: one permanent VTK pane whose scene changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import panel as pn
from vtkmodules.util.numpy_support import (
    numpy_to_vtk,
    numpy_to_vtkIdTypeArray,
    vtk_to_numpy,
)
from vtkmodules.vtkCommonCore import vtkDataArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkPolyDataNormals
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

from dashboard.annotation.label_table import Label
from dashboard.page.panel_internals import SceneWindow
from dashboard.session.surfaces import WHOLE

BACKGROUND = (0.051, 0.063, 0.078)
WHOLE_COLOR, WHOLE_OPACITY = (0.82, 0.84, 0.87), 0.22
LABEL_OPACITY = 0.95
NEARER = 1.3  # than where the sphere around all fits: most bodies leave its rim empty
FILLED = 0.92  # of the pane's height, by what is longer than most
PAUSE_MS = 200  # surfaces that arrive together are sent together: each scene is drawn as a whole


class UnrenderedWindow(vtkGenericOpenGLRenderWindow):
    """A scene that is drawn in the browser only.

    Panel renders a window before it serializes it, and VTK ends the process where there is no
    display and no OpenGL, as on a server.
    """

    def Render(self) -> None:  # noqa: N802 - VTK's name
        """Draw nothing."""


class SurfacePane(SceneWindow):
    """The pane of the scene, whose arrays are packed as vtk.js reads them."""

    def pack(self, array: vtkDataArray) -> bytes:
        """Return the numbers of an array."""
        return packed(array)


class SurfaceView:
    """A translucent surface of the whole, and in it one for each label, in mm.

    vtk.js blanks the scene at an actor without points, and the page at a pane that goes; Panel
    cannot serialize a scene without actors: so an empty surface has no actor, the pane stays, and
    a triangle that nobody sees is always there.

    Parameters
    ----------
    guard : callable
        Returns a function so that what it raises is shown to the user.
    """

    def __init__(self, guard: Callable[[Callable], Callable]) -> None:
        self._guard = guard
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(*BACKGROUND)
        self._actors: dict[int, vtkActor] = {}
        self._table: tuple[Label, ...] = ()
        self._colors: dict[int, tuple[float, float, float]] = {}
        self._hidden: set[int] = set()
        self._waiting: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._shown = True
        self._renderer.AddActor(unseen())
        window = UnrenderedWindow()
        window.AddRenderer(self._renderer)
        self.view = SurfacePane(window, sizing_mode="stretch_both", margin=0)

    def clear(self) -> None:
        """Begin with another volume."""
        self._waiting.clear()
        for label in list(self._actors):
            self._renderer.RemoveActor(self._actors.pop(label))

    def paint(self, table: tuple[Label, ...]) -> None:
        """Give the surfaces the colours of the labels, and hide those of hidden ones."""
        if table is self._table:
            return
        self._table = table
        before = self._colors, self._hidden
        self._colors = {label.value: rgb(label.color) for label in table}
        self._hidden = {label.value for label in table if not label.visible}
        if before == (self._colors, self._hidden):
            return
        for label, actor in self._actors.items():
            actor.GetProperty().SetColor(*self._color(label))
            actor.SetVisibility(self._is_visible(label))
        if self._actors:
            self.view.synchronize()

    def show(self, label: int, vertices: np.ndarray, faces: np.ndarray) -> None:
        """Put a label's surface in place of the one it had; without faces it goes.

        Parameters
        ----------
        label : int
            Which; 0 is the whole.
        vertices : (n, 3) ndarray of float32
            In RAS mm.
        faces : (m, 3) ndarray of int32
            Indices of vertices.
        """
        if not self._waiting:
            pn.state.curdoc.add_timeout_callback(self._guard(self._send), PAUSE_MS)
        self._waiting[label] = (vertices, faces)

    def _send(self) -> None:
        """Send the surfaces that wait, and look at the whole when it comes first."""
        waiting, self._waiting = self._waiting, {}
        first = not self._actors or (WHOLE in waiting and WHOLE not in self._actors)
        for label, surface in waiting.items():
            self._put(label, *surface)
        if first and self._actors:
            self.view.camera = camera_in_front(self._renderer)
        self.view.synchronize()

    def _put(self, label: int, vertices: np.ndarray, faces: np.ndarray) -> None:
        if old := self._actors.pop(label, None):
            self._renderer.RemoveActor(old)
        if len(faces):
            self._actors[label] = self._actor(label, mesh(vertices, faces))
            self._renderer.AddActor(self._actors[label])

    def set_visible(self, visible: bool) -> None:
        """Show or hide the labels; the whole stays."""
        self._shown = visible
        for label, actor in self._actors.items():
            actor.SetVisibility(self._is_visible(label))
        self.view.synchronize()

    def _is_visible(self, label: int) -> bool:
        return label == WHOLE or (self._shown and label not in self._hidden)

    def _color(self, label: int) -> tuple[float, float, float]:
        return self._colors.get(label, WHOLE_COLOR)

    def _actor(self, label: int, polydata: vtkPolyData) -> vtkActor:
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(polydata)
        mapper.ScalarVisibilityOff()
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.SetVisibility(self._is_visible(label))
        actor.GetProperty().SetColor(*self._color(label))
        actor.GetProperty().SetOpacity(WHOLE_OPACITY if label == WHOLE else LABEL_OPACITY)
        return actor


def camera_in_front(renderer: vtkRenderer) -> dict:
    """Return the page's camera: anterior towards the viewer, superior up, a little aside.

    The page keeps its own camera, so that a scene which changes does not turn.
    """
    camera = renderer.GetActiveCamera()
    camera.SetFocalPoint(0, 0, 0)
    camera.SetPosition(0, 1, 0)
    camera.SetViewUp(0, 0, 1)
    camera.Azimuth(-35)
    camera.Elevation(20)
    renderer.ResetCamera()
    camera.Dolly(min(NEARER, camera.GetDistance() / distance_to_fit(renderer)))
    return {
        "position": list(camera.GetPosition()),
        "focalPoint": list(camera.GetFocalPoint()),
        "viewUp": list(camera.GetViewUp()),
        "viewAngle": camera.GetViewAngle(),
    }


def distance_to_fit(renderer: vtkRenderer) -> float:
    """Return how far off what the camera looks at all that is seen lies within its angle."""
    camera = renderer.GetActiveCamera()
    camera.OrthogonalizeViewUp()
    back, up = np.negative(camera.GetDirectionOfProjection()), np.array(camera.GetViewUp())
    seen = [actor for actor in renderer.GetActors() if actor.GetUseBounds()]
    points = np.concatenate(
        [vtk_to_numpy(each.GetMapper().GetInput().GetPoints().GetData()) for each in seen]
    )
    axes = np.column_stack((back, up, np.cross(up, back)))
    towards, *across = ((points - camera.GetFocalPoint()) @ axes).T
    steepness = np.tan(np.radians(camera.GetViewAngle() / 2))
    return float(np.max(towards + np.max(np.abs(across), axis=0) / (steepness * FILLED)))


def unseen() -> vtkActor:
    """Return an actor that shows nothing."""
    actor = vtkActor()
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]])))
    actor.SetMapper(mapper)
    actor.GetProperty().SetOpacity(0)
    actor.SetUseBounds(False)
    return actor


def mesh(vertices: np.ndarray, faces: np.ndarray) -> vtkPolyData:
    """Return triangles with smooth normals for VTK."""
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(vertices, np.float32), deep=True))
    cells = np.column_stack((np.full(len(faces), 3), faces)).astype(np.int64)
    triangles = vtkCellArray()
    triangles.ImportLegacyFormat(numpy_to_vtkIdTypeArray(cells.ravel(), deep=True))
    polydata = vtkPolyData()
    polydata.SetPoints(points)
    polydata.SetPolys(triangles)
    normals = vtkPolyDataNormals()
    normals.SetInputData(polydata)
    normals.SplittingOff()
    normals.Update()
    return normals.GetOutput()


def packed(array: vtkDataArray) -> bytes:
    """Return the numbers of an array as vtk.js reads them: it knows none of 64 bits."""
    numbers = vtk_to_numpy(array)
    shorter = {"int64": np.int32, "uint64": np.uint32}.get(numbers.dtype.name, numbers.dtype)
    if array.IsA("vtkIdTypeArray"):
        shorter = np.uint32
    return numbers.astype(shorter).tobytes()


def rgb(color: str) -> tuple[float, float, float]:
    """Return ``#rrggbb`` as three numbers from 0 to 1."""
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
