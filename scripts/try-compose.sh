#!/usr/bin/env bash
# Tries compose.yaml on a real Docker engine: builds and starts it, looks at the log, the picture and the pages,
# scales the model, stops it within 10 s, starts it again, and sees that nothing was lost or counted twice.
# Takes about two minutes, uses ports and a folder of its own, and leaves nothing but the image.
#
#   bash scripts/try-compose.sh
set -euo pipefail
cd "$(dirname "$0")/.."

COMPOSE=(--project-name aftermath-try)
PATIENCE_SECONDS=90
STOP_SECONDS_MAX=10
# Docker picks free ports where 0 is asked for.
export PAGE_PORT=0 MANAGEMENT_PORT=0
. scripts/trying.sh

# Sequence numbers of the rows in the log: an id is RUN-ROW, from the second pass over the 442 rows on RUN-ROW-PASS.
numbers() { awk -F'[-,]' 'NR > 1 { print ($3 ~ /^[0-9]+$/ && NF == 6 ? $3 - 1 : 0) * 442 + $2 }' "$LOG"; }
is_complete_to() { (($(numbers | awk -v last="$1" '$1 <= last' | sort -nu | wc -l) == $1)); }
is_each_once() { [[ -z $(cut -d, -f1 "$LOG" | sort | uniq -d | head -1) ]]; }

consumers() { compose exec -T rabbitmq rabbitmqctl -q list_queues name consumers | awk '$1 == "features" { print $2 }'; }
has_consumers() { [[ $(consumers) == "$1" ]]; }

# in_time COMMAND…: says how long it took; fails when that is longer than compose.yaml promises.
in_time() {
  local start=$SECONDS
  compose "$@"
  echo "$((SECONDS - start)) s"
  ((SECONDS - start <= STOP_SECONDS_MAX))
}

compose up --build --wait
ok "started: RabbitMQ and four stages, all healthy"

eventually "the first 300 rows in the log" has_rows 300
[[ $(head -1 "$LOG") == id,y_true,y_pred,absolute_error ]] || fail "the log begins with $(head -1 "$LOG")"
ok "$(rows) rows in the log"

eventually "the picture" test -s "$LOGS_DIR/error_distribution.png"
[[ $(head -c 4 "$LOGS_DIR/error_distribution.png" | tail -c 3) == PNG ]] || fail "the picture is no PNG"
head -c 200 "$LOGS_DIR/error_distribution.svg" | grep -q '<svg' || fail "the picture is no SVG"
ok "the picture is there, as PNG and as SVG"

page=http://$(compose port plot 8080)
management=http://$(compose port rabbitmq 15672)
[[ $page == http://127.0.0.1:* ]] || fail "the page is at $page"
curl -fsS "$page/" | grep -qi '<html' || fail "the page at $page is no HTML"
for path in page.js page.css readyz metrics; do curl -fsS -o /dev/null "$page/$path" || fail "$page/$path"; done
ok "the page answers on $page"
login="${RABBITMQ_USER:-aftermath}:${RABBITMQ_PASSWORD:-aftermath}"
curl -fsS -u "$login" "$management/api/overview" | grep -q rabbitmq_version || fail "no management page on $management"
ok "RabbitMQ's management page answers on $management"

for stage in features model metric plot; do
  [[ $(compose exec -T $stage id -u) != 0 ]] || fail "$stage runs as root"
  ! compose exec -T $stage touch /app/dist/x 2>/dev/null || fail "$stage can write outside of logs/"
done
ok "no stage is root, or can write outside of logs/"

compose up --detach --wait --scale model=3
eventually "three consumers of the queue features" has_consumers 3
more=$(($(rows) + 200))
eventually "200 rows more with three models" has_rows $more
ok "three models share the work"

took=$(in_time down) || fail "docker compose down took $took, more than $STOP_SECONDS_MAX s"
ok "down in $took"
before=$(rows)
cp "$LOG" "$LOG.before"
last=$(numbers | sort -n | tail -1)

compose up --wait
eventually "300 rows more after the second start" has_rows $((before + 300))
head -n $((before + 1)) "$LOG" | cmp -s - "$LOG.before" || fail "the second start changed what was in the log"
eventually "the truths that were still due at the stop" is_complete_to "$last"
is_each_once || fail "ids that come twice: $(cut -d, -f1 "$LOG" | sort | uniq -d | head -5 | tr '\n' ' ')"
ok "the log goes on: all of the $last rows from before are in it, each once, and $(($(rows) - before)) rows more"

took=$(in_time stop) || fail "docker compose stop took $took, more than $STOP_SECONDS_MAX s"
has_ended_well features model metric plot
ok "stopped in $took, every stage with exit code 0"
