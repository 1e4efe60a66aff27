"""What the annotator sees. Panel, HoloViews, Bokeh and VTK live here and nowhere else."""
