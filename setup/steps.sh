# Sourced by ./run and ./test: each step is skipped while what it is made from has not changed. Bash.

LOG=""
CHILD=""

say() { printf '%s\n' "$@"; }

# What the comment at the beginning of a script says.
usage() { sed -n '2,/^set /{s/^# \{0,1\}//p}' "$1"; }

die() {
  say "" "skysift set-up: $1" >&2
  shift
  for line in "$@"; do say "  $line" >&2; done
  exit 1
}

stop_child() {
  [ -z "$CHILD" ] || kill "$CHILD" 2>/dev/null || true
  wait 2>/dev/null || true
  say "" "stopped; ./run goes on from here" >&2
  exit 130
}

# The seconds so far and the last line of the log, on one line of the terminal.
tick() {
  local doing
  doing=$(tail -n 1 "$LOG" 2>/dev/null | tr -cd '[:print:]' | cut -c 1-60)
  printf '\r\033[K  %-28s %3d s  %s' "$1" "$2" "$doing"
}

# One command, its output in a log: shown in full only if it fails. It runs as a child of its own, so that Ctrl-C can end it;
# the functions given to it end in exec, so that the child is the program itself.
watched() {
  local title=$1 began=$SECONDS
  shift
  [ -t 1 ] || printf '  %-28s' "$title"
  "$@" >"$LOG" 2>&1 </dev/null &
  CHILD=$!
  while kill -0 "$CHILD" 2>/dev/null; do
    [ ! -t 1 ] || tick "$title" $((SECONDS - began))
    sleep 0.2
  done
  if ! wait "$CHILD"; then
    say "" && tail -n 40 "$LOG" >&2
    die "\"$title\" failed; its last lines are above." "The whole output: $LOG" "Run the same command again when that is mended: it goes on from here."
  fi
  CHILD=""
  [ ! -t 1 ] || printf '\r\033[K  %-28s' "$title"
  printf ' %3d s\n' $((SECONDS - began))
}

# step NAME TITLE OUTPUT "INPUT FILES" COMMAND...: the stamp holds a hash of the inputs, and is written only after success.
step() {
  local stamp=.venv/stamps/$1 title=$2 output=$3 inputs=$4 now
  shift 4
  # shellcheck disable=SC2086
  now=$(cat $inputs .venv/pyvenv.cfg 2>/dev/null | sha256sum)
  if [ -e "$output" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then return 0; fi
  watched "$title" "$@"
  mkdir -p .venv/stamps
  # shellcheck disable=SC2086
  cat $inputs .venv/pyvenv.cfg 2>/dev/null | sha256sum >"$stamp"
}

find_python() {
  local one
  for one in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$one"
      return 0
    fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo -n "$@"; fi
}

has_postgis() {
  local control
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    if [ -e "$control" ] && [ -x "/usr/lib/postgresql/$(basename "$(dirname "$(dirname "$control")")")/bin/initdb" ]; then return 0; fi
  done
  return 1
}

# The newest PostgreSQL for which this Debian has PostGIS.
postgis_packages() {
  local version
  version=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sed 's/^postgresql-\([0-9]*\)-.*/\1/' | sort -n | tail -n 1)
  say "postgresql-${version:-15} postgresql-${version:-15}-postgis-3"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
}

# system_packages WANTED...: any of python, postgis, chromium, gdal, qgis (and train, which needs none). Asks for root only when something is missing.
system_packages() {
  local want missing=""
  for want in "$@"; do
    case $want in
      python) [ -n "$(find_python)" ] && "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3 python3-venv" ;;
      postgis) has_postgis || missing="$missing postgis" ;;
      chromium) [ -n "${SKYSIFT_CHROMIUM:-}" ] || command -v chromium >/dev/null || missing="$missing chromium" ;;
      gdal) command -v ogr2ogr >/dev/null || missing="$missing gdal-bin" ;;
      qgis) /usr/bin/python3 -c 'import qgis.core' 2>/dev/null || missing="$missing python3-qgis" ;;
    esac
  done
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "missing on this machine:$missing" "Set-up by itself works on Debian and its relatives. Elsewhere install Python 3.11+ with venv," "PostgreSQL with PostGIS, and for ./test Chromium and GDAL (for --nightly QGIS); then run this again."
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -v || die "root is needed once, to install:$missing" "Run ./run as root or as a user with sudo, or install them yourself with apt-get."
  fi
  watched "apt: package lists" as_root apt-get -o DPkg::Lock::Timeout=300 update -q
  # shellcheck disable=SC2046,SC2086
  watched "apt:$missing" apt_install $(for one in $missing; do if [ "$one" = postgis ]; then postgis_packages; else say "$one"; fi; done)
}

# A virtual environment holds its own path: in a checkout that was moved it is made anew.
virtual_environment() {
  local python
  python=$(find_python)
  [ -n "$python" ] || die "no Python 3.11 or newer" "apt-get install python3 python3-venv, or set PYTHON=/path/to/python3."
  if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && [ -x .venv/bin/pip ] &&
    [ "$(cat .venv/stamps/place 2>/dev/null || pwd)" = "$(pwd)" ]; then return 0; fi
  watched "virtual environment" "$python" -m venv --clear .venv
  mkdir -p .venv/stamps && pwd >.venv/stamps/place
}

# Modules are compiled when they are first imported: doing it here for all of them would double the time. Where the
# environment forbids that, each process would compile all of them anew: seconds at every start.
unset PYTHONDONTWRITEBYTECODE
pip_install() {
  exec .venv/bin/python -m pip install --disable-pip-version-check --no-compile "$@"
}

python_packages() {
  local lock=$1
  step "$lock" "Python packages" .venv/bin/python "$lock" pip_install --require-hashes -r "$lock"
  step editable "skysift itself" .venv/bin/skysift "pyproject.toml cli/version.py" pip_install --no-deps --no-build-isolation -e .
}

# In no lock: pip takes the build that fits the machine.
train_packages() {
  step train "PyTorch" .venv/bin/python pyproject.toml pip_install --no-build-isolation -e ".[train]"
}

node_is_new() {
  local major
  major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
  [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null
}

web_files() {
  if ! node_is_new; then
    step node "Node.js, into .venv" .venv/bin/node setup/requirements-node.lock pip_install --require-hashes -r setup/requirements-node.lock
    PATH=$PWD/.venv/bin:$PATH
  fi
  step npm "npm packages" node_modules/.package-lock.json "package.json package-lock.json .npmrc" npm ci --ignore-scripts --no-progress
  step assets "map library and fonts" web/vendor "package-lock.json web/assets.py" .venv/bin/python -m web.assets
  step basemap "offline basemap" web/basemap "package-lock.json web/basemap.py web/ground.py web/vector_tile.py web/places.py web/topojson.py web/assets.py" \
    .venv/bin/python -m web.basemap
}

# One set-up at a time in one checkout; the lock goes with the process.
set_up() {
  local lock=$1 began=$SECONDS
  shift
  exec 9<setup/steps.sh
  flock -n 9 || { say "another set-up is under way here; waiting for it" && flock 9; }
  LOG=$(mktemp "${TMPDIR:-/tmp}/skysift-setup.XXXXXX")
  trap stop_child INT TERM
  system_packages "$@"
  virtual_environment
  python_packages "$lock"
  case " $* " in *" train "*) train_packages ;; esac
  web_files
  trap - INT TERM
  rm -f "$LOG"
  exec 9<&-
  say "set-up is complete ($((SECONDS - began)) s)"
}
