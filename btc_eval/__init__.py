"""Evaluate children's services in the open: statistics and returns in, a re-executable report out."""

from __future__ import annotations

__version__ = "0.1.0"
