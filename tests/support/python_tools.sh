#!/bin/sh
# usage: python_tools.sh FOLDER
# A virtual environment with the Python tools of the tests, made once.
set -eu
folder=$1
[ -f "$folder/complete" ] && exit 0
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check warcio==1.8.1
touch "$folder/complete"
