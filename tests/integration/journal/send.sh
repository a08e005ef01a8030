#!/bin/sh
# systemd-journal-upload: the entries of a journal, which systemd-journal-remote writes from their export format.
. "$(dirname "$0")/../lines.sh"
awk -v name="$NAME" '{
  printf "__REALTIME_TIMESTAMP=1771070400%06d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n", \
    NR, 1000000 + NR
  printf "_HOSTNAME=sender\nSYSLOG_IDENTIFIER=%s\nPRIORITY=3\nN=%d\nMESSAGE=%s\n\n", name, NR - 1, $0
}' "$WORK/lines" > "$WORK/export"
"$ROOT/lib/systemd/systemd-journal-remote" --output="$WORK/entries.journal" - < "$WORK/export"
exec "$ROOT/lib/systemd/systemd-journal-upload" --url="$URL" --file="$WORK/entries.journal" --follow=no --save-state="$WORK/state"
