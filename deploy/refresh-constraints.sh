#!/bin/sh
# Writes constraints.txt anew: the newest versions that pyproject.toml allows, with torch as pinned in setup.sh.
set -eu
cd "$(dirname "$0")/.."
torch=$(sed -n 's/^TORCH=//p' deploy/setup.sh)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"${PYTHON:-python3.11}" -m venv "$fresh/venv"
pip() { "$fresh/venv/bin/python" -m pip --disable-pip-version-check "$@"; }
pip install --quiet --retries 0 --timeout 10 --no-deps --index-url https://download.pytorch.org/whl/cpu "torch==$torch" 2>/dev/null ||
    pip install --quiet "torch==$torch"
pip install --quiet "torch==$torch" --editable '.[test]'
{
    echo "# Every version Lantern is tested with. Refresh with: make constraints"
    pip freeze --exclude-editable | sed 's/+cpu$//'
} >constraints.txt
echo "constraints.txt renewed; run make test before you commit it."
