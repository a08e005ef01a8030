"""A process whose files may not grow: what a full disk does to the raw log. Run by test_rawlog.py."""

from __future__ import annotations

import pathlib
import resource
import signal
import sys

from lynxalert.events.errors import StoreError
from lynxalert.events.frames import frame
from lynxalert.events.rawlog import Place, RawLog

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = RawLog(pathlib.Path(sys.argv[1]))
log.open(Place(0, 0))
log.append(frame(b"before"))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    log.append(frame(b"x" * 1_000))
except StoreError as error:
    print(error)
log.append(frame(b"after"))
log.sync()
log.close()
