#!/usr/bin/env bash
# Runs a command. When it takes longer than it may, says where the threads of its processes stand, ends them and fails.
# usage: scripts/limited.sh SECONDS COMMAND...
set -uo pipefail
seconds=$1
shift

# A process and all that it started; `swift test` puts its tests into a process group of their own.
tree() { # PROCESS
    echo "$1"
    local child
    for child in $(pgrep -P "$1"); do tree "$child"; done
}

"$@" &
command=$!
{
    sleep "$seconds"
    printf '\nlimited: %s took more than %s s; its threads:\n' "$1" "$seconds"
    processes=$(tree "$command")
    for process in $processes; do
        timeout 60 gdb -p "$process" -batch -nx -ex 'info proc' -ex 'thread apply all backtrace 25' 2>/dev/null |
            grep -vE '^(\[New LWP|warning:|Using host|\[Thread debugging)'
    done
    kill -KILL $processes
} >&2 &
watch=$!
# Whoever ends this ends what it runs.
trap 'kill -KILL $(tree "$command") $(tree "$watch") 2>/dev/null' EXIT
trap 'exit 130' INT TERM
wait "$command"
