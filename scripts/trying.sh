# What the scripts have in common that try a compose file on a real Docker engine; they source it, with these set:
#
#   COMPOSE            options of docker compose: which file, and a project of its own
#   PATIENCE_SECONDS   how long to wait for anything
#
# It makes a folder for the logs, LOGS_DIR, and removes that and the containers when the script ends.

for tool in docker curl; do
  command -v "$tool" >/dev/null || { echo "Cannot try the containers: there is no $tool on PATH." >&2; exit 1; }
done
docker info >/dev/null 2>&1 || { echo "Cannot try the containers: no Docker engine answers 'docker info'." >&2; exit 1; }

LOGS_DIR=$(mktemp -d)
export LOGS_DIR
LOG=$LOGS_DIR/metric_log.csv

compose() { docker compose "${COMPOSE[@]}" --progress quiet "$@"; }

clean_up() {
  local code=$?
  if ((code != 0)); then
    echo "not ok; the last lines of each service:" >&2
    compose logs --no-color --tail 20 >&2 || true
  fi
  compose down --volumes --timeout 5 || true
  # The files are those of the user in the container.
  docker run --rm --user 0:0 --volume "$LOGS_DIR:/logs" --entrypoint sh aftermath -c 'rm -rf /logs/*' || true
  rmdir "$LOGS_DIR" || true
  exit "$code"
}
trap clean_up EXIT

ok() { echo "ok   $*"; }
fail() { echo "FAIL $*" >&2; exit 1; }

# eventually WHAT COMMAND…: waits until the command succeeds.
eventually() {
  local what=$1 deadline=$((SECONDS + PATIENCE_SECONDS))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || fail "waited $PATIENCE_SECONDS s in vain for $what"
    sleep 0.5
  done
}

# Rows in the log.
rows() { [[ -f $LOG ]] && echo $(($(wc -l <"$LOG") - 1)) || echo 0; }
has_rows() { (($(rows) >= $1)); }

# has_ended_well NAME…: every container of these services has ended with exit code 0.
has_ended_well() {
  local container name code
  for container in $(compose ps --all --quiet "$@"); do
    read -r name code <<<"$(docker inspect --format '{{.Name}} {{.State.ExitCode}}' "$container")"
    ((code == 0)) || fail "$name ended with $code"
  done
}
