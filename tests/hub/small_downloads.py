"""`supervox` whose downloads are all too big, so that no test need make 90 MB."""

from __future__ import annotations

import sys

from dashboard.cli import main
from dashboard.volumes import write_stored

write_stored.write_out.__kwdefaults__["most_bytes"] = 10
sys.exit(main.main())
