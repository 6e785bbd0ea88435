#!/bin/sh
# The browser tests need Chromium. Find it; else install Debian's where this account may; else say so loudly.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Debian's chromium for the browser tests"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1
    command -v chromium >/dev/null 2>&1 && exit 0
fi
echo "**********************************************************************"
echo "NO CHROMIUM: the browser tests (no outside request, charts drawn,"
echo "accessibility) will be SKIPPED. Install chromium and run make test again."
echo "**********************************************************************"
exit 0
