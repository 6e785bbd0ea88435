"""What does a zip that was cut short, changed on the way or locked raise when it is read? One list for every door."""

from __future__ import annotations

import lzma
import zipfile
import zlib

#: Everything that Python's readers raise at bytes that only look like a zip, from opening it to reading a member: its
#: own fault; each way of packing's; an end that comes too early; a way of packing that is not known and a password
#: (both a RuntimeError); a place before the beginning and a name that is no text (both a ValueError). An `OSError` is
#: also the disk's: who writes while reading tells them apart by `disks.DISK`.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
#: The same where a member is already open and others work while it is read: only what unpacking itself raises.
UNPACKING = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)
