#!/bin/sh
# Builds the fuzz targets and runs each for SECONDS: fuzz/run.sh SECONDS [TARGET …]
#
# With plain cargo on the stable toolchain: the coverage that libFuzzer is guided by is an LLVM pass
# that `-C passes` names. A finding is an input in fuzz/findings/TARGET; run the binary on it again.
set -eu
cd "$(dirname "$0")"
seconds=${1:-60}
[ $# -eq 0 ] || shift
targets=${*:-$(cd fuzz_targets && ls | sed 's/\.rs$//')}
host=$(rustc -vV | sed -n 's/^host: //p')
flags="--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1"
for arg in level=4 inline-8bit-counters pc-table trace-compares; do
	flags="$flags -Cllvm-args=-sanitizer-coverage-$arg"
done
RUSTFLAGS=$flags cargo build --release --locked --target "$host" --bins
for target in $targets; do
	mkdir -p "corpus/$target" "findings/$target"
	dictionary=dictionaries/$target.dict
	[ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=
	echo "== $target, $seconds s"
	# shellcheck disable=SC2086 # no dictionary is no argument
	"target/$host/release/$target" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 \
		-max_len=16384 -print_final_stats=1 -verbosity=0 $dictionary \
		-artifact_prefix="findings/$target/" "corpus/$target" "seeds/$target" 2>&1 |
		tee "findings/$target.log" |
		grep -E "ERROR|panicked|Test unit|number_of_executed_units|average_exec|peak_rss" || true
	if [ -n "$(ls "findings/$target")" ]; then
		echo "$target: findings in fuzz/findings/$target" >&2
		exit 1
	fi
done
