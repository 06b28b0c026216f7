#!/bin/sh
# Make .venv with the first Python that is new enough, or say what to install.
set -eu

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for name in "${LOOKOUT_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
        python=$name
        break
    fi
done

if [ -z "${python:-}" ]; then
    echo "Lookout needs Python 3.11 or newer, and none was found on the PATH." >&2
    echo "  Debian or Ubuntu:  sudo apt-get install python3 python3-venv" >&2
    echo "  macOS:             brew install python" >&2
    echo "  elsewhere:         install it, then: LOOKOUT_PYTHON=/path/to/python3 make" >&2
    exit 1
fi

# Debian ships Python without ensurepip; without it a .venv has no pip.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$python cannot make a virtual environment. On Debian or Ubuntu install its venv package:" >&2
    echo "  sudo apt-get install python3-venv     (or python$version-venv)" >&2
    exit 1
fi

echo "Making .venv with $("$python" --version) ..."
"$python" -m venv --clear .venv
