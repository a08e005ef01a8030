# For senders that read a file: $WORK/lines has a line "n=… text" for every event, `fill` puts names into a configuration.
sed 's/.*"n":\([0-9]*\),.*"text":"\([^"]*\)".*/n=\1 \2/' "$EVENTS" > "$WORK/lines"
export LD_LIBRARY_PATH="$ROOT/usr/lib/x86_64-linux-gnu:$ROOT/lib/x86_64-linux-gnu:$ROOT/usr/lib/syslog-ng:$ROOT/lib/systemd"
fill() {
  sed -e "s|{work}|$WORK|g" -e "s|{root}|$ROOT|g" -e "s|{lines}|$WORK/lines|g" -e "s|{name}|$NAME|g" \
      -e "s|{udp}|${UDP#*:}|g" -e "s|{tcp}|${TCP#*:}|g" -e "s|{host}|127.0.0.1|g" -e "s|{http}|${URL##*:}|g"
}
