"""What the browser shows and sends: Panel, HoloViews, VTK and the page's script."""
