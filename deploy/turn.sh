#!/bin/sh
# coturn with the certificate that Caddy keeps for its name, and with the renewed one: turn.sh NAME CERTIFICATES, and then
# all that coturn itself is to be told. Where Caddy has none yet, UDP and TCP work without, and it ends once there is one,
# to be started again: coturn opens its port for TLS at the start or never.
set -u
name=$1
kept=$2
shift 2
umask 077
own=${TMPDIR:-/tmp}/turn
rm -f "$own.crt" "$own.key"

# Copies the certificate and its key, where one of them is newer than what we have. Caddy has a folder for each authority.
take() {
	found=$(ls -t "$kept"/*/"$name/$name.crt" 2>/dev/null | head -n 1)
	[ -n "$found" ] || return 1
	[ ! -e "$own.crt" ] || [ "$found" -nt "$own.crt" ] || [ "${found%.crt}.key" -nt "$own.key" ] || return 1
	cp "${found%.crt}.key" "$own.key" && cp "$found" "$own.crt"
}

# From which address it relays: else it would take the one at which a connection came in, and those of the router come in at
# 127.0.0.1, from where nothing leads out. The machine's own public address, or where it is behind a translation its first.
relay=${RELAY_ADDRESS:-}
for each in $(hostname -I 2>/dev/null); do
	case $each in
	*:*) ;;
	"${MEDIA_ADDRESS:-}") [ -n "${RELAY_ADDRESS:-}" ] || relay=$each ;;
	*) relay=${relay:-$each} ;;
	esac
done

# SIGUSR2: coturn reads the certificate anew, and goes on with all calls.
if take; then renewed=USR2; else renewed=TERM; fi
turnserver "$@" ${relay:+"--relay-ip=$relay"} --cert="$own.crt" --pkey="$own.key" &
served=$!
trap 'kill -TERM "$served"' TERM INT
# Ends with coturn, also where the signal below meets it while it begins: its number may be another one's later.
while sleep "${TURN_LOOK_EVERY:-60}" && kill -0 "$served" 2>/dev/null; do
	if take; then kill -"$renewed" "$served"; fi
done &
looking=$!
wait "$served"
ended=$?
# A signal ends the waiting, and coturn a little later.
while kill -0 "$served" 2>/dev/null; do
	wait "$served"
	ended=$?
done
kill "$looking" 2>/dev/null
exit "$ended"
