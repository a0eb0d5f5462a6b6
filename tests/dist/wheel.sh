#!/usr/bin/env bash
# A wheel is what its name says, and works in an environment that holds nothing else.
source "$(dirname "$0")/common.sh"

for machine in "${made[@]}"; do
    of "$machine"
    wheel=$(echo "$OUT"/contactway-"$VERSION"-py3-none-manylinux_2_17_"$machine".whl)
    shown=$(auditwheel show "$wheel" | tr -s '\n ' '  ')
    [[ $shown == *"platform tag: \"manylinux_2_17_$machine\""* ]] || fail "auditwheel says: $shown"

    if [ -n "$cross" ]; then
        python -m zipfile -e "$wheel" "$test/$machine"
        python=(env -i PYTHONPATH="$test/$machine" "${run[@]}" "$foreign/world/usr/bin/python3")
    else
        python3 -m venv --without-pip "$test/env"
        pip --quiet --python "$test/env/bin/python" install --no-index "$wheel"
        python=(env -i "$test/env/bin/python")
    fi
    (cd "$test" && "${python[@]}" - "$FEATURES" "$machine" <<'PYTHON'
import platform
import sys

import contactway
from contactway.testing import Sandbox

features, machine = sys.argv[1:]
assert platform.machine() == machine, platform.machine()
assert set(features.split(",")) == set(contactway.features()), contactway.features()
with Sandbox() as wecom, contactway.Client(wecom.client_config) as client:
    made = client.add(type=2, scene=2, user=["zhangsan"])
    assert client.get(config_id=made["config_id"])["contact_way"]["user"] == ["zhangsan"]
PYTHON
    )
    say "the wheel of $machine, by auditwheel and in an environment of its own"
done
