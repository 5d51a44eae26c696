import { SERVER_PASSWORD_DIRECTORY } from "../../contract/mounts";

/** Beside the guard's bundle, in the same object. */
export const SERVE_FILE = "serve.sh";

/** A run that ended sooner than this is the kubelet's to start again, later and later. */
const LEAST_SECONDS = 5;

/**
 * Runs the server again when it has ended, within the same container: Dragonfly exits after every handover (its
 * REPLTAKEOVER), and
 * the kubelet would leave the region without a second copy for 10 s, 20 s and up to 5 min, however well it had run
 * before.
 * Arguments: the server's command. SIGTERM reaches the server, whose end ends this. Shell and /proc only: no image has
 * to hold more.
 */
export const serveScript = (
  leastSeconds = LEAST_SECONDS,
  passwordDirectory = SERVER_PASSWORD_DIRECTORY,
): string => String.raw`#!/bin/sh
ending=
server=
trap 'ending=1; [ -z "$server" ] || kill -TERM "$server" 2>/dev/null' TERM INT

now() {
  read -r uptime _ </proc/uptime
  echo "${"$"}{uptime%%.*}"
}

while :; do
  # What the container was started with may have been changed since.
  if [ -r ${passwordDirectory}/default ]; then
    DFLY_requirepass=$(cat ${passwordDirectory}/default)
    export DFLY_requirepass
  fi
  begun=$(now)
  "$@" &
  server=$!
  # The signal may have come before there was anybody to hand it to.
  [ -z "$ending" ] || kill -TERM "$server"
  code=0
  # A signal ends the wait, not the server.
  while kill -0 "$server" 2>/dev/null; do
    wait "$server"
    code=$?
  done
  server=
  [ -z "$ending" ] || exit "$code"
  lasted=$(($(now) - begun))
  echo "serve: the server ended with $code after $lasted s" >&2
  [ "$lasted" -ge ${leastSeconds} ] || exit "$code"
done
`;
