"""The door: `streamlit run app.py`, `uvicorn app:app` and AppTest all come in here.

Imported by a server it describes the app: the script, security headers, compressed assets and what runs once
per process. Run as a script (AppTest does) it is the shell itself. The script the server runs lies in
monitoring/ui, away from pages/, because Streamlit would otherwise offer each page without its frame until a
first visitor came.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: E402

if get_script_run_ctx(suppress_warning=True) is None:
    from starlette.middleware import Middleware

    from monitoring.ui.lifespan import lifespan
    from monitoring.ui.middleware import Compression, Headers

    app = st.App(
        ROOT / "monitoring" / "ui" / "main.py",
        lifespan=lifespan,
        middleware=[Middleware(Headers), Middleware(Compression)],
    )
else:
    from monitoring.ui.shell import main

    main()
