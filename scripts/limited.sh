#!/usr/bin/env bash
# Runs a command. When it takes longer than it may, says where the threads of its processes stand, ends them and fails.
# usage: scripts/limited.sh SECONDS COMMAND...
set -uo pipefail
seconds=$1
shift

# A process group of its own, so that all of it can be found and ended.
set -m
"$@" &
command=$!
{
    sleep "$seconds"
    printf '\nlimited: %s took more than %s s; its threads:\n' "$1" "$seconds" >&2
    for process in $(pgrep -g "$command"); do
        timeout 60 gdb -p "$process" -batch -nx -ex 'info proc' -ex 'thread apply all backtrace 25' 2>/dev/null |
            grep -vE '^(\[New LWP|warning:|Using host|\[Thread debugging)' >&2
    done
    kill -KILL -- "-$command"
} &
watch=$!
set +m
trap 'kill -KILL -- "-$command" "-$watch" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
wait "$command"
exit $?
