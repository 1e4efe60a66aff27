from __future__ import annotations

import numpy as np
import pytest
from panel.pane.vtk.synchronizable_serializer import SynchronizationContext
from panel.pane.vtk.vtk import VTKRenderWindowSynchronized
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from dashboard.page.surface_pane import SurfacePane, UnrenderedWindow, camera_in_front, mesh


@pytest.fixture
def scene():
    """A window with one small surface in it."""
    rng = np.random.default_rng(0)
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(mesh(rng.random((40, 3), np.float32), rng.integers(0, 40, (70, 3))))
    actor = vtkActor()
    actor.SetMapper(mapper)
    renderer = vtkRenderer()
    renderer.AddActor(actor)
    window = UnrenderedWindow()
    window.AddRenderer(renderer)
    return window


def context():
    return SynchronizationContext(id_root="root", serialize_all_data_arrays=False, debug=False)


def test_the_arrays_of_a_scene_are_those_that_panel_would_send(scene):
    pane = SurfacePane(scene)

    _, expected, _ = VTKRenderWindowSynchronized._serialize_ren_win(pane, scene, context())
    _, arrays, _ = pane._serialize_ren_win(scene, context())

    assert arrays == {name: bytes(data) for name, data in expected.items()}
    assert len(arrays) >= 3


def test_what_the_page_has_is_not_sent_again(scene):
    pane, known = SurfacePane(scene), context()
    _, arrays, _ = pane._serialize_ren_win(scene, known)
    there, *new = arrays

    _, again, _ = pane._serialize_ren_win(scene, known, exclude_arrays=[there])

    assert list(again) == new


@pytest.mark.parametrize("size", [(4, 4, 40), (40, 4, 4), (1, 1, 1), (1e-4, 1e-4, 1e-3)])
def test_the_camera_sees_the_whole_of_what_is_long(size):
    corners = np.argwhere(np.ones((2, 2, 2))) - 0.5
    renderer, actor, mapper = vtkRenderer(), vtkActor(), vtkPolyDataMapper()
    mapper.SetInputData(mesh((corners * size).astype(np.float32), np.array([[0, 3, 7]])))
    actor.SetMapper(mapper)
    renderer.AddActor(actor)

    camera_in_front(renderer)

    seen = renderer.GetActiveCamera().GetCompositeProjectionTransformMatrix(1, -1, 1)
    places = np.array([seen.MultiplyPoint((*corner, 1)) for corner in corners * size])
    across = np.abs(places[:, :2] / places[:, 3:])
    assert across.max() <= 1
    assert across.max() > 0.7  # and is not far off either
