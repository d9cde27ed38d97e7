# Two containers as the kernel knows them: two network namespaces with a cable between them, and a hosts file with a name.
# Usage: container.sh FOLDER SANDBOX CLIENT, the last two as commands for a shell. Run in a network and mount namespace.
set -e
ip link set lo up
printf '127.0.0.1 localhost\n10.99.0.1 sandbox\n' >"$1/hosts"
mount --bind "$1/hosts" /etc/hosts

sh -c "exec $2" >"$1/sandbox.log" 2>&1 &
sandbox=$!
trap 'kill $sandbox' EXIT

unshare -n sh -c "echo >$1/apart; until ip address add 10.99.0.2/24 dev client 2>/dev/null; do sleep 0.05; done; ip link set client up; exec $3" &
client=$!
until [ -e "$1/apart" ]; do sleep 0.05; done
ip link add server type veth peer name client netns "$client"
ip address add 10.99.0.1/24 dev server
ip link set server up
wait "$client"
