#!/bin/sh
# Makes .venv with what Lantern needs: `deploy/setup.sh run`, `demo` or `test`. Safe to run again from any state.
set -eu
extra=$1
cd "$(dirname "$0")/.."

TORCH=2.13.0
CPU_INDEX=https://download.pytorch.org/whl/cpu

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    say "Lantern needs Python 3.11 or newer. Install it (Debian: sudo apt install python3 python3-venv;"
    say "macOS: brew install python@3.11), or name one: make PYTHON=/path/to/python3.11"
    exit 1
}

# What the installation depends on; when it changes, the next run installs again.
state=$(cat pyproject.toml constraints.txt deploy/setup.sh | cksum)
case $extra in # what is installed for tests serves the demo, and that serves to run
run) serving="run demo test" ;;
demo) serving="demo test" ;;
*) serving=$extra ;;
esac
for installed in $serving; do
    stamp=.venv/.lantern-$installed
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ] && .venv/bin/python -c '' 2>/dev/null; then
        exit 0
    fi
done
stamp=.venv/.lantern-$extra

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    say "Creating .venv with $("$python" --version)"
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        say "Python cannot create virtual environments here. On Debian: sudo apt install python3-venv. Then run this again."
        exit 1
    fi
fi
rm -f "$stamp"
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }

# A half-finished install may have left a torch that does not start.
if ! .venv/bin/python -c "import torch; assert torch.__version__.split('+')[0] == '$TORCH'" 2>/dev/null; then
    say "Installing torch $TORCH (about 200 MB)"
    pip uninstall --quiet --yes torch >/dev/null 2>&1 || true
    # On Linux the default build brings gigabytes of CUDA; the CPU build is asked for first.
    if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ] ||
        ! pip install --quiet --no-deps --retries 0 --timeout 10 --index-url "$CPU_INDEX" "torch==$TORCH" 2>/dev/null; then
        pip install --quiet "torch==$TORCH"
    fi
fi

say "Installing Lantern and what it needs for: $extra (a few minutes the first time)"
case $extra in
run) parts=model ;;
*) parts=$extra ;;
esac
install() { pip install --quiet --constraint constraints.txt --editable ".[$parts]"; }
works() { .venv/bin/python -c 'import bot.cli, bot.cogs.client, onnxruntime, sentence_transformers, sklearn' 2>/dev/null; }
if ! install; then
    say "The installation failed; the lines above say why. Mend that (often the network) and run this again."
    exit 1
fi
if ! works; then
    # pip believes a package complete whose files were only half written when an earlier run was stopped.
    say "An earlier run left something half-installed; installing it all anew"
    rm -rf .venv/lib*/python*/site-packages/~*
    pip install --quiet --force-reinstall --no-deps --constraint constraints.txt $(pip freeze --exclude-editable | grep -v '^torch==')
    install
    works || { say "Lantern still does not start. Remove .venv (rm -rf .venv) and run this again."; exit 1; }
fi
printf '%s' "$state" >"$stamp"
