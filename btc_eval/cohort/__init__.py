"""Cohorts: what happened next to those who were reached, beside those who were not?"""

from __future__ import annotations
