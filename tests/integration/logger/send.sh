#!/bin/sh
# util-linux logger: one connection, one message a line, octet-counted RFC 5424.
host=${TCP%:*} port=${TCP#*:}
sed 's/.*"n":\([0-9]*\),.*"text":"\([^"]*\)".*/n=\1 \2/' "$EVENTS" |
  logger --server "$host" --port "$port" --tcp --octet-count --rfc5424 --tag "$NAME" --priority local3.err
