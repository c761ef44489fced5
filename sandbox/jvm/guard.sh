#!/bin/sh
# Runs a command for as long as whoever started this script lives: guard.sh FOLDER COMMAND...
#
# Its standard input is a pipe that its starter holds open. When that closes, however the starter ended, the command is
# killed and FOLDER removed. Standard output says "running PID" when the command starts and "ended STATUS" when it has
# ended; a line on standard input after that runs the command again. The command's output goes to FOLDER/log.

# Writing to a starter that is gone must not end this script before it has cleaned up.
trap '' PIPE
folder=$1
shift
exec 2>>"$folder/log" 3<&0

while :; do
  "$@" </dev/null >>"$folder/log" 3<&- &
  child=$!
  echo "running $child"
  (read -r _ <&3 || kill -9 "$child") &
  watcher=$!
  wait "$child"
  status=$?
  kill "$watcher"
  wait "$watcher"
  echo "ended $status"
  read -r _ || break
done
rm -rf "$folder"
