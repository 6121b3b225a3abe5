#!/bin/sh
# usage: python_tools.sh FOLDER
# A virtual environment with the Python tools of the tests, made once.
set -eu
folder=$1
tools="warcio==1.8.1 pyyaml==6.0.2"
[ "$(cat "$folder/complete" 2>/dev/null)" = "$tools" ] && exit 0
rm -rf "$folder"
python3 -m venv "$folder"
# shellcheck disable=SC2086  # several words
"$folder/bin/pip" install --quiet --disable-pip-version-check $tools
echo "$tools" >"$folder/complete"
