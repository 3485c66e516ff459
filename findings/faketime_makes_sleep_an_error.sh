#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# libfaketime, told to leave the time that passes alone, makes each sleep of Python's an error.
#
# Seen with Debian 12's libfaketime 0.9.10-2.1 and Python 3.11:
# - by itself it shifts CLOCK_MONOTONIC together with the hour, which no clock that is set does, so
#   that what waits by it wakes early or late;
# - with FAKETIME_DONT_FAKE_MONOTONIC=1, which is there for this, time.sleep(0.3) ends with «[Errno 22]
#   Invalid argument», an hour back as an hour ahead: Python sleeps until a moment of CLOCK_MONOTONIC
#   (clock_nanosleep, TIMER_ABSTIME), which the library does not pass on as it is.
# Whoever tries how a server bears a clock that is stepped sees the tool's error and not the server's.
# What we do: a library of fifty lines of our own, which shifts the hour of the day and nothing else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get --quiet=2 download libfaketime=0.9.10-2.1 2>/dev/null
dpkg -x libfaketime_*.deb .
library=$(find "$folder" -name libfaketime.so.1)
slept() {
    env "$@" LD_PRELOAD="$library" python3 - <<'PYTHON'
import sys
import time

assert sys.version_info[:2] == (3, 11), sys.version
began = time.monotonic()
try:
    time.sleep(0.3)
except OSError as error:
    print(error)
else:
    print("slept" if time.monotonic() - began >= 0.3 else "did not sleep")
PYTHON
}
for hour in -1h +1h; do
    for monotonic in 0 1; do
        said=$(slept FAKETIME=$hour FAKETIME_DONT_FAKE_MONOTONIC=$monotonic)
        echo "$hour, time that passes left alone: $monotonic: $said"
        case "$hour $monotonic" in
            *" 1") [ "$said" = "[Errno 22] Invalid argument" ] ;;
            *) [ "$said" = slept ] ;;
        esac
    done
done
