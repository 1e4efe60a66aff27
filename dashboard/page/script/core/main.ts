// What Panel finds in the bundle: for each component of the page how it is drawn (dashboard/page/workbench.py).

import { drawSurfaces } from "../surfaces/main.ts"
import { drawWorkbench } from "./workbench.ts"

export default { Workbench: { render: drawWorkbench }, SurfacePane: { render: drawSurfaces } }
