#!/bin/sh
# Fuzzes one target with the stable toolchain, without cargo-fuzz: ./run.sh TARGET [libFuzzer options]
# New inputs go to the folder of PILLARBOX_CORPUS, by default target/corpus/TARGET beside the build; what is committed
# under corpus/ is read and not written.
set -eu
cd "$(dirname "$0")"
target=$1
shift
build=${CARGO_TARGET_DIR:-target}
found=${PILLARBOX_CORPUS:-$build/corpus}/$target
mkdir -p "$found" "corpus/$target"
# What cargo-fuzz passes too, apart from the address sanitizer, which needs the nightly toolchain.
RUSTFLAGS="--cfg poly1305_backend=\"soft\" --cfg fuzzing -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1" \
    cargo build --release --target "$(rustc -vV | sed -n 's/^host: //p')" --bin "$target"
exec "$build/$(rustc -vV | sed -n 's/^host: //p')/release/$target" "$@" "$found" "corpus/$target"
