#!/bin/sh
# Alertmanager of Debian: told of an alert and of its end, it tells BASE through every receiver it has. Its templates stand where the
# package puts them, so its files are laid over the machine's within a namespace of this process alone.
set -eu
cat > "$WORK/alertmanager.yml" <<CONFIG
global: { resolve_timeout: 1m }
route: { receiver: all, group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: all
    webhook_configs: [{ url: "$BASE/webhook" }]
    slack_configs: [{ api_url: "$BASE/services/T00/B00/x", channel: "#alerts", send_resolved: true }]
    pagerduty_configs: [{ url: "$BASE/v2/enqueue", routing_key: R012ABCDEF }]
    opsgenie_configs: [{ api_url: "$BASE/", api_key: genie-key-1 }]
    telegram_configs: [{ api_url: "$BASE", bot_token: "1234:AAAA", chat_id: -100123 }]
    discord_configs: [{ webhook_url: "$BASE/api/webhooks/1/token" }]
CONFIG
exec unshare -m sh -c "mount -t overlay -o lowerdir=$ROOT/usr/share:/usr/share none /usr/share \
  && exec $ROOT/usr/bin/prometheus-alertmanager --config.file=$WORK/alertmanager.yml --storage.path=$WORK/state \
     --web.listen-address=127.0.0.1:$PORT --web.external-url=http://alertmanager.example.com --web.route-prefix=/ --cluster.listen-address="
