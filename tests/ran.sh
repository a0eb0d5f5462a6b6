#!/bin/sh
# The last line of `make test`: the parts that ran, as the file that is given lists them, and what they passed over for want
# of something on this machine.
passed_over=
lacks() { passed_over="$passed_over${passed_over:+, }$1"; }

command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
    || lacks "the sandbox's page (no Chromium)"
[ "$(id -u)" = 0 ] || lacks "a full disk (not root)"
[ -e /proc/net/if_inet6 ] || lacks "IPv6 (this machine has none)"
echo "passed: $(paste -sd, "$1" | sed 's/,/, /g'); passed over: ${passed_over:-nothing}"
