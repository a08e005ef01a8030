#!/bin/sh
# syslog-ng in the foreground, until it is ended.
. "$(dirname "$0")/../lines.sh"
here=$(dirname "$0")
cat "$here/syslog_ng.conf" "$here/$ACTION.conf" | fill > "$WORK/syslog-ng.conf"
exec "$ROOT/usr/sbin/syslog-ng" -F --no-caps -f "$WORK/syslog-ng.conf" -R "$WORK/persist" -p "$WORK/pid" -c "$WORK/ctl" \
     --module-path "$ROOT/usr/lib/syslog-ng/3.38"
