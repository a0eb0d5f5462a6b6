#!/usr/bin/env bash
# The wheel is what its name says, and works in an environment that holds nothing else. The source distribution builds.
source "$(dirname "$0")/common.sh"

wheel=$(echo "$OUT"/contactway-"$VERSION"-py3-none-manylinux_2_17_"$machine".whl)
shown=$(auditwheel show "$wheel" | tr -s '\n ' '  ')
[[ $shown == *"platform tag: \"manylinux_2_17_$machine\""* ]] || fail "auditwheel says: $shown"

python3 -m venv --without-pip "$test/env"
pip --quiet --python "$test/env/bin/python" install --no-index "$wheel"
(cd "$test" && env -i "$test/env/bin/python" - "$FEATURES" <<'END'
import sys
import contactway
from contactway.testing import Sandbox

assert set(sys.argv[1].split(",")) == set(contactway.features()), contactway.features()
with Sandbox() as wecom, contactway.Client(wecom.client_config) as client:
    made = client.add(type=2, scene=2, user=["zhangsan"])
    assert client.get(config_id=made["config_id"])["contact_way"]["user"] == ["zhangsan"]
END
)
say "the wheel, by auditwheel and in an environment of its own"

tar --extract --directory "$test" --file "$OUT/contactway-$VERSION.tar.gz"
cd "$test/contactway-$VERSION"
(cd core && CARGO_TARGET_DIR=$OLDPWD/target cargo build --quiet --locked --lib)
CONTACTWAY_CORE=target/debug/libcontactway.so pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$test/again" .
[ -e "$test/again/contactway-$VERSION-py3-none"-*.whl ] || fail "the source distribution gives no wheel"
say "the source distribution"
