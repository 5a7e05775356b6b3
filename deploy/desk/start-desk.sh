#!/bin/sh
# Install the desk from this folder, without network, and start it. Run it again to start; it installs once a version.
# ডেস্ক বসান ও চালু করুন; ইন্টারনেট লাগে না। প্রতিদিন এটিই চালান।
set -eu
kit=$(cd "$(dirname "$0")" && pwd)
version=$(cat "$kit/version.txt")
place=${DESK_FOLDER:-${XDG_DATA_HOME:-$HOME/.local/share}/clearance-desk}
program="$place/program-$version"
export VERIFIER_HOME="${VERIFIER_HOME:-$place/home}" PYTHONUTF8=1
umask 077

if [ ! -f "$program/installed" ]; then
    python=${PYTHON:-python3}
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
        echo "Python 3.11, 3.12 or 3.13 is needed. / পাইথন ৩.১১, ৩.১২ বা ৩.১৩ লাগবে।" >&2
        exit 1
    }
    echo "Installing (once, about a minute) / বসানো হচ্ছে (একবার, প্রায় এক মিনিট) ..."
    "$python" -m venv --clear "$program"
    "$program/bin/python" -m pip install -q --disable-pip-version-check --no-index --find-links "$kit/wheels" \
        --require-hashes -r "$kit/requirements.txt"
    touch "$program/installed"
fi

# The root is pinned once. Another kit cannot change whom this desk believes.
mkdir -p "$VERIFIER_HOME/trust"
if [ ! -f "$VERIFIER_HOME/trust/root.pem" ]; then
    cp "$kit/root.pem" "$VERIFIER_HOME/trust/root.pem"
elif ! cmp -s "$kit/root.pem" "$VERIFIER_HOME/trust/root.pem"; then
    echo "This desk is pinned to another root than this kit's; its own is kept. / এই ডেস্কের মূল সনদ আলাদা; সেটিই থাকল।" >&2
fi
"$program/bin/verifier" bundle import "$kit/trust.zip" >/dev/null ||
    echo "The kit's lists are older than this desk's own, which are kept. / কিটের তালিকা পুরোনো; ডেস্কেরটিই থাকল।" >&2

[ -f "$VERIFIER_HOME/desk.json" ] || cp "$kit/desk.json" "$VERIFIER_HOME/desk.json"
[ $# -gt 0 ] || set -- run
exec "$program/bin/verifier" "$@"
