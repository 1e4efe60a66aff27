"""The command line as ``python -m dashboard.cli``, where no script is installed."""

from __future__ import annotations

import sys

from dashboard.cli.main import main

sys.exit(main())
