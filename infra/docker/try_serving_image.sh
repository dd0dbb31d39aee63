#!/usr/bin/env bash
# Build both images on a base made on the spot, run the API as a non-root user, and compare the sizes.
#
# Needs podman, debootstrap, docker-compose (or the compose plugin of docker) and root; pulls no image. Variables:
#   MIRROR       where debootstrap finds Debian           (http://deb.debian.org/debian)
#   BUILD_FLAGS  more options of every `podman build`     (such as --network host, or a volume with a certificate)
#   RUN_FLAGS    more options of every `podman run`
#   PORT         where the API answers while it is tried  (18000)
#   BATCH        `no` leaves the batch image out: its build takes minutes and downloads a gigabyte
set -euo pipefail
cd "$(dirname "$0")/../.."

mirror=${MIRROR:-http://deb.debian.org/debian}
port=${PORT:-18000}
read -ra build_flags <<<"${BUILD_FLAGS:-}"
read -ra run_flags <<<"${RUN_FLAGS:-}"
work=$(mktemp -d)
container=""

clean_up() {
    [ -z "$container" ] || podman rm --force "$container" >"$work/removed"
    rm -rf "$work"
}
trap clean_up EXIT

say() { printf '\n== %s\n' "$*"; }

compose() {
    if command -v docker-compose >"$work/found"; then docker-compose "$@"; else docker compose "$@"; fi
}

check_compose_file() {
    say "the compose file is valid, and refuses an empty secret"
    sed 's/=$/=tried/' .env.example >"$work/filled.env"
    compose --env-file "$work/filled.env" --file docker-compose.airflow.yml config >"$work/config.yml"
    if compose --env-file .env.example --file docker-compose.airflow.yml config >"$work/config.yml" 2>"$work/refusal"; then
        echo "it took an empty secret" && exit 1
    fi
    tail -1 "$work/refusal"
}

make_base() {
    if ! podman image exists marquee-try-base; then
        say "making a base: Debian with Python"
        debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv bookworm "$work/base" "$mirror" \
            >"$work/debootstrap.log" || { tail "$work/debootstrap.log" && exit 1; }
        rm -rf "$work"/base/var/cache/apt/archives/*.deb "$work"/base/var/lib/apt/lists/*
        tar -C "$work/base" -c . | podman import --quiet - marquee-try-base
    fi
}

# What the batch image expects of Airflow's: a user 50000 who may install, and for Python 3.11 a compiler.
make_batch_base() {
    if ! podman image exists marquee-try-batch-base; then
        say "making a stand-in for Airflow's image"
        printf '%s\n' \
            'FROM localhost/marquee-try-base' \
            'RUN apt-get update && apt-get install --yes --no-install-recommends g++ python3-dev && apt-get clean' \
            'RUN useradd --uid 50000 --gid 0 --create-home airflow' \
            'RUN python3 -m venv /home/airflow/.local && chown -R 50000:0 /home/airflow' \
            'ENV PATH=/home/airflow/.local/bin:$PATH' >"$work/Containerfile"
        podman build "${build_flags[@]}" --file "$work/Containerfile" --tag marquee-try-batch-base "$work" \
            >"$work/batch-base.log" 2>&1 || { tail -30 "$work/batch-base.log" && exit 1; }
    fi
}

build() {
    say "building the $1 image"
    podman build "${build_flags[@]}" --build-arg "BASE=localhost/$2" --build-arg "GIT_COMMIT=$(git rev-parse HEAD)" \
        --file "infra/docker/$1.Dockerfile" --tag "marquee-$1:try" . >"$work/$1.log" 2>&1 || { tail -30 "$work/$1.log" && exit 1; }
}

try_serving() {
    say "running the API"
    container=$(podman run --detach "${run_flags[@]}" --network host --cap-drop ALL --read-only marquee-serving:try \
        uvicorn serving.app:app --host 127.0.0.1 --port "$port")
    for _ in $(seq 60); do
        if curl --silent --fail "http://127.0.0.1:$port/health/live" >"$work/live"; then break; fi
        sleep 1
    done
    printf '/health/live   %s\n' "$(curl --silent --show-error --fail "http://127.0.0.1:$port/health/live")"
    printf '/health/ready  %s\n' "$(curl --silent --show-error "http://127.0.0.1:$port/health/ready")"
    printf 'runs as        %s\n' "$(podman exec "$container" id)"
    printf 'its commit     %s\n' "$(podman exec "$container" printenv MARQUEE_GIT_COMMIT)"
}

megabytes() { echo $(($(podman image inspect --format '{{.Size}}' "$1") / 1000000)); }

report() {
    printf '%-10s %6d MB, of which base %6d MB\n' "$1" "$(megabytes "marquee-$1:try")" "$(megabytes "$2")"
}

check_compose_file
make_base
build serving marquee-try-base
try_serving
if [ "${BATCH:-yes}" = yes ]; then
    make_batch_base
    build batch marquee-try-batch-base
fi
say "sizes"
report serving marquee-try-base
[ "${BATCH:-yes}" != yes ] || report batch marquee-try-batch-base
