#!/usr/bin/env bash
# Tries compose.cluster.yaml on a real Docker engine: three RabbitMQ nodes, PostgreSQL, two workers of each stage. While
# 500,000 rows pass it kills PostgreSQL, one metric worker after the other, and a RabbitMQ node with SIGKILL and starts them
# again, each while there are rows to come; then every row has to be in the log once, and the books have to say so. Uses ports and a folder of its own, and
# leaves nothing but the image. On two cores the rows take a minute and a half, and the start as long again.
#
#   bash scripts/try-cluster.sh
set -euo pipefail
cd "$(dirname "$0")/.."

COMPOSE=(--file compose.cluster.yaml --project-name aftermath-try-cluster)
PATIENCE_SECONDS=900
# Docker picks free ports where 0 is asked for.
export PAGE_PORT=0 PAGE_PORT_2=0 MANAGEMENT_PORT=0
# Of each of the two features workers.
export ROWS=${ROWS:-250000} RATE=${RATE:-3000}
ALL=$((2 * ROWS))
. scripts/trying.sh

# more_rows N: waits until the log has so many more than now.
more_rows() {
  local wanted=$(($(rows) + $1))
  ((wanted < ALL)) || wanted=$ALL
  eventually "$1 rows more in the log" has_rows "$wanted"
}

is_running() { [[ $(docker inspect --format '{{.State.Running}}' "$1") == true ]]; }
is_healthy() { [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == healthy ]]; }

# kill_and_start NAME CONTAINER ROWS: SIGKILL, so many rows without it, and the start of the same container.
kill_and_start() {
  local name=$1 container=$2 without=$3 at
  at=$(rows)
  ((at < ALL)) || fail "all rows were in the log before $name was killed: more ROWS or a lower RATE leave some to come"
  docker kill --signal KILL "$container" >/dev/null
  if is_running "$container"; then fail "$name runs after SIGKILL"; fi
  if ((without > 0)); then more_rows "$without"; else sleep 3; fi
  docker start "$container" >/dev/null
  eventually "$name, healthy again" is_healthy "$container"
  ok "$name was killed at row $at of the log and started again; meanwhile $(($(rows) - at)) rows came"
}

# From the page of each plot: whether everything is settled, and the books as they are then.
BOOKS='
const { snapshot } = await (await fetch("http://127.0.0.1:8080/api/snapshot")).json();
const { received, ...parts } = snapshot?.models[0]?.books ?? { received: 0 };
const { received: truths, ...truthParts } = snapshot?.truths ?? { received: 0 };
const sum = (all) => Object.values(all).reduce((a, b) => a + b, 0);
const all = Number(process.argv[1]);
const isSettled = parts.scored === all && truthParts.matched === all && parts.pending === 0 && truthParts.waiting === 0;
const isBalanced = received === sum(parts) && truths === sum(truthParts);
const others = sum(parts) - parts.scored - parts.duplicate + sum(truthParts) - truthParts.matched - truthParts.duplicate;
console.log("predictions " + received + " =", Object.entries(parts).filter(([, n]) => n > 0).map(([k, n]) => n + " " + k).join(" + "));
console.log("truths " + truths + " =", Object.entries(truthParts).filter(([, n]) => n > 0).map(([k, n]) => n + " " + k).join(" + "));
process.exit(isSettled && isBalanced && others === 0 ? 0 : 1);
'
books() { compose exec -T "$1" node --input-type=module -e "$BOOKS" "$ALL"; }
books_are_settled() { books "$1" >/dev/null 2>&1; }

compose up --build --wait
nodes=$(compose exec -T rabbitmq1 rabbitmqctl -q cluster_status --formatter json | grep -o '"running_nodes":\[[^]]*\]')
[[ $(grep -o 'rabbit@' <<<"$nodes" | wc -l) == 3 ]] || fail "the cluster has $nodes"
ok "started: three RabbitMQ nodes, PostgreSQL, two workers of each stage, all healthy"
started=$SECONDS

# While a worker asks for more or fewer messages at a time, its queue has one consumer more.
has_quorum_queues() {
  local queue queues
  queues=$(compose exec -T rabbitmq1 rabbitmqctl -q list_queues name type consumers)
  for queue in features y_pred y_true; do
    grep -qP "^$queue\t(rabbit_)?quorum(_queue)?\t2$" <<<"$queues" || return 1
  done
}
eventually "features, y_pred and y_true as quorum queues, each with two consumers" has_quorum_queues
ok "features, y_pred and y_true are quorum queues, each with two consumers"

part=$((ALL / 10))
more_rows "$part"
# Those that are back soonest come first: rows pass while one is awaited.
kill_and_start "PostgreSQL" "$(compose ps --quiet postgres)" 0
mapfile -t metrics < <(compose ps --quiet metric)
kill_and_start "a metric worker" "${metrics[0]}" "$part"
kill_and_start "the other metric worker" "${metrics[1]}" "$part"
kill_and_start "RabbitMQ node 2" "$(compose ps --quiet rabbitmq2)" "$part"

eventually "all $ALL rows in the log" has_rows "$ALL"
took=$((SECONDS - started))
eventually "books in which everything is settled" books_are_settled plot1
eventually "the same on the second page" books_are_settled plot2
(($(rows) == ALL)) || fail "there are $(rows) rows in the log"
ids=$(tail -n +2 "$LOG" | cut -d, -f1 | sort -u | wc -l)
((ids == ALL)) || fail "there are $ids different ids in $(rows) rows"
ok "$ALL rows in the log, $ids different ids: each once; $took s, $((ALL / took)) rows a second with everything on this machine"
books plot1 | sed 's/^/     /'
ok "the books balance: everything is scored, nothing is pending, refused or in conflict"

dead=$(compose exec -T rabbitmq1 rabbitmqctl -q list_queues name messages | awk '$1 == "aftermath.dead" { print $2 }')
((${dead:-0} == 0)) || fail "there are $dead dead letters"
for page in plot1 plot2; do
  url=http://$(compose port $page 8080)
  curl -fsS "$url/" | grep -qi '<html' || fail "the page at $url is no HTML"
done
ok "no dead letters, and both pages answer"

has_ended_well features1 features2
compose stop
has_ended_well model metric plot1 plot2
ok "stopped, every stage with exit code 0"
