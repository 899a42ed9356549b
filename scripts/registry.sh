# A registry on loopback and an image in it, with nothing but curl. Needs hosts.sh; sourced, not run.
# shellcheck shell=bash disable=SC2034,SC2154

# start_registry FOLDER: sets $registry to host and port, and $registry_process.
start_registry() {
  local program port
  program=$(find_registry)
  for port in $(shuf --input-range 20000-60000 --head-count 5); do
    cat >"$1/registry.yml" <<END
{version: 0.1, log: {level: error}, storage: {filesystem: {rootdirectory: $1/registry}, delete: {enabled: true}}, http: {addr: "127.0.0.1:$port"}}
END
    "$program" serve "$1/registry.yml" >"$1/registry.log" 2>&1 </dev/null &
    registry_process=$!
    registry=localhost:$port
    if curl --noproxy '*' --fail --silent --retry 20 --retry-delay 1 --retry-connrefused -o "$1/answer" "http://$registry/v2/" &&
      kill -0 "$registry_process" 2>/dev/null; then
      return
    fi
    stop_registry
  done
  die "docker-registry does not start: $(cat "$1/registry.log")"
}

stop_registry() {
  [ -n "$registry_process" ] || return 0
  kill "$registry_process" 2>/dev/null || true
  wait "$registry_process" 2>/dev/null || true
  registry_process=
}

# push_image NAME FOLDER: pushes an image of one small layer and prints its digest.
push_image() {
  local type=application/vnd.oci.image
  echo 'hello from notation-pkcs11' >"$2/layer"
  printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]}}' "$(digest "$2/layer")" >"$2/config"
  upload "$1" "$2/layer"
  upload "$1" "$2/config"
  printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":%s,"layers":[%s]}' "$type" \
    "$(descriptor "$type.config.v1+json" "$2/config")" "$(descriptor "$type.layer.v1.tar" "$2/layer")" >"$2/manifest"
  send --request PUT --header "Content-Type: $type.manifest.v1+json" --data-binary "@$2/manifest" "http://$registry/v2/$1/manifests/v1"
  digest "$2/manifest"
}

upload() {
  local place
  place=$(send --request POST --dump-header - "http://$registry/v2/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  send --request PUT --header 'Content-Type: application/octet-stream' --data-binary "@$2" "$place&digest=$(digest "$2")"
}

send() { curl --noproxy '*' --fail --silent --show-error "$@"; }

digest() { echo "sha256:$(sha256sum "$1" | cut -d ' ' -f 1)"; }

descriptor() { printf '{"mediaType":"%s","digest":"%s","size":%d}' "$1" "$(digest "$2")" "$(wc -c <"$2")"; }
