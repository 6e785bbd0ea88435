"""How a chapter's kernel is started: this Python, this library, the same surroundings on every run."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncGenerator
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from btc_eval.edition.chapters import KERNEL
from btc_eval.edition.layout import Layout
from btc_eval.locations import DATA_VARIABLE, SEED_VARIABLE

#: The classes of warning that stop a strict build. Plain "error" would stop on a third party's deprecation.
STRICT_WARNINGS = "error::UserWarning,error::RuntimeWarning"

#: No history file: it is the user's, and kernels that run at once would wait for it.
_KERNEL_OPTIONS = ("--HistoryManager.enabled=False", "--colors=NoColor")


class OwnKernel(AsyncKernelManager):
    """A kernel of the Python that is running, whatever kernels are installed for the user or the machine."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """Return how to start it."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *_KERNEL_OPTIONS],
            display_name=KERNEL["display_name"],
            language=KERNEL["language"],
        )


class Client(NotebookClient):
    """A client that leaves signals alone: several run at once, and the command itself answers Ctrl-C."""

    @contextlib.asynccontextmanager
    async def async_setup_kernel(self, **options: Any) -> AsyncGenerator[None, None]:
        """Start a kernel for the block, and end it after, whatever happens."""
        self.km = self.create_kernel_manager()
        try:
            await self.async_start_new_kernel(**options)
            await self.async_start_new_kernel_client()
            yield
        finally:
            await self._async_cleanup_kernel()


def kernel_environment(where: Layout, *, strict: bool, shaken: bool = False) -> dict[str, str]:
    """In which environment does a chapter run?

    The library is the one that builds; the user's own IPython start-up files are not read; hashes, sums and time
    zones are the same on every run; a warning is an error when `strict`; draws start at their fixed seeds unless
    `shaken`.
    """
    wanted = {
        DATA_VARIABLE: str(where.data),
        "PYTHONPATH": os.pathsep.join([str(where.library.parent), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TZ": "UTC",
        "IPYTHONDIR": str(where.work / "ipython"),
        "JUPYTER_CONFIG_DIR": str(where.work / "jupyter"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    unwanted = {"PYTHONWARNINGS"} if shaken else {"PYTHONWARNINGS", SEED_VARIABLE}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, **wanted, **({"PYTHONWARNINGS": STRICT_WARNINGS} if strict else {})}
