#!/bin/sh
# rsyslogd in the foreground, until it is ended.
. "$(dirname "$0")/../lines.sh"
here=$(dirname "$0")
{ sed '$d' "$here/rsyslog.conf"; cat "$here/$ACTION.conf"; } | fill > "$WORK/rsyslog.conf"
exec "$ROOT/usr/sbin/rsyslogd" -n -M "$ROOT/usr/lib/x86_64-linux-gnu/rsyslog" -f "$WORK/rsyslog.conf" -i "$WORK/rsyslog.pid"
