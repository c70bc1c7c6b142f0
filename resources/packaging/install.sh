#!/bin/sh
# Install Digit Lab for this user, without administrator rights: copies this folder to ~/.local/opt/digitlab (or to the
# folder that is given), and adds the program to the desktop's menu and to ~/.local/bin. To remove it, run with --remove.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = --remove ]; then
    target=${2:-$HOME/.local/opt/digitlab}
    "$target/digitlab" --remove-desktop
    rm -rf "$target"
    rm -f "$HOME/.local/bin/digitlab"
    echo "Digit Lab is removed from $target. Your models, runs and drawings are kept."
    exit 0
fi
target=${1:-$HOME/.local/opt/digitlab}
if [ "$here" != "$target" ]; then
    rm -rf "$target"
    mkdir -p "$target"
    cp -R "$here/." "$target/"
fi
mkdir -p "$HOME/.local/bin"
ln -sf "$target/digitlab" "$HOME/.local/bin/digitlab"
"$target/digitlab" --install-desktop
echo "Digit Lab is installed in $target."
