#!/bin/sh
# Makes certificates for development, or renews the leaf under the CA that is there already.
set -eu

root=$(cd -- "$(dirname -- "$0")/.." && pwd)
out=$root/certs/dev

set -- --out "$out" --name localhost --ip 127.0.0.1 --ip ::1 --force "$@"
if [ -e "$out/ca.crt" ] && [ -e "$out/ca.key" ]; then
  set -- "$@" --ca-cert "$out/ca.crt" --ca-key "$out/ca.key"
fi

cd -- "$root"
exec npm run --silent gatehouse -- certs issue "$@"
