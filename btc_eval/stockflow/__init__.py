"""Stock and flow: where is the number of looked-after children heading, and why?"""

from __future__ import annotations
