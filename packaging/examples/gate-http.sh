#!/bin/sh
# A program for notation-pkcs11's approval backend `exec`: hands each question to an HTTP service and prints its answer.
#
#   GATE_URL      where the questions go, with POST; the verb is in the question
#   GATE_HEADERS  a file with header lines for each request, for example "Authorization: Bearer TOKEN"; may be unset.
#                 The token then stands in no command line. Keep the file to yourself: chmod 600.
#
# In the configuration: "command": ["/usr/local/bin/gate-http.sh"], "environment": ["GATE_URL", "GATE_HEADERS"]; name
# HTTPS_PROXY there as well where one is needed.
#
# Needs curl 7.55. Exit status 75 says that asking again may help.

set -u

case ${GATE_URL:-} in
  https://* | http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
  '') echo "GATE_URL is not set" >&2; exit 1 ;;
  *) echo "GATE_URL must begin with https://" >&2; exit 1 ;;
esac

set -- --silent --show-error --max-time 25 --max-filesize 65536 \
  --header 'Content-Type: application/json' --data-binary @- --write-out '\n%{http_code}'
if [ -n "${GATE_HEADERS:-}" ]; then
  [ -r "$GATE_HEADERS" ] || { echo "$GATE_HEADERS cannot be read" >&2; exit 1; }
  set -- "$@" --header "@$GATE_HEADERS"
fi

reply=$(curl "$@" -- "$GATE_URL")
case $? in
  0) ;;
  5 | 6 | 7 | 16 | 18 | 28 | 52 | 55 | 56 | 92) exit 75 ;;  # no name, no connection, cut off, too late
  *) exit 1 ;;
esac

newline='
'
status=${reply##*"$newline"}
case $status in
  200) printf '%s\n' "${reply%"$newline"*}" ;;
  429 | 5??) echo "the gate answered with HTTP status $status" >&2; exit 75 ;;
  *) echo "the gate answered with HTTP status $status" >&2; exit 1 ;;
esac
