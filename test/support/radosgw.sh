#!/usr/bin/env bash
# A real S3 store on this machine, from Debian's packages: one Ceph mon, one osd, one radosgw, loopback only.
#   apt-get install -y --no-install-recommends ceph-mon ceph-osd ceph-common radosgw
#   radosgw.sh start [DIR] [PORT] [MON_PORT]   prints the endpoint and the keys when it answers (about 20 s)
#   radosgw.sh stop  [DIR]
# Verifies presigned POST policies (expiry, key, content type, content-length-range, extra fields), presigned GET, Range, If-Match.
# A bad signature answers 403 AccessDenied (S3 itself says SignatureDoesNotMatch).
set -eu
action=${1:?start or stop}; dir=${2:-$PWD/.radosgw}; port=${3:-7481}; mon=${4:-3300}
mon_host="[v2:127.0.0.1:$mon,v1:127.0.0.1:$((mon + 1))]"
access=${ACCESS_KEY:-AKIDSANDBOX}; secret=${SECRET_KEY:-SECRETSANDBOX}
if [ "$action" = stop ]; then
  for name in rgw osd mon; do [ -f "$dir/$name.pid" ] && kill "$(cat "$dir/$name.pid")" 2>/dev/null || true; done
  exit 0
fi
rm -rf "$dir"; mkdir -p "$dir/mon" "$dir/osd"; conf=$dir/ceph.conf
cat >"$conf" <<CONF
[global]
fsid = 11111111-2222-3333-4444-555555555556
mon_host = $mon_host
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
run_dir = $dir
admin_socket = $dir/\$name.asok
log_file = $dir/\$name.log
keyring = $dir/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data = $dir/mon
mon_warn_on_pool_no_redundancy = false
osd_data = $dir/osd
osd_objectstore = bluestore
bluestore_block_create = true
bluestore_block_size = ${SIZE:-21474836480}
osd_memory_target = 1073741824
bluestore_fsck_on_mount = false
[client]
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_max_put_size = 5368709120
rgw_data = $dir
CONF
in_background() { local name=$1; shift; "$@" >"$dir/$name.out" 2>&1 </dev/null & echo $! >"$dir/$name.pid"; }
ceph-authtool --create-keyring "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool "$dir/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$dir/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
ceph-authtool "$dir/keyring" --gen-key -n client.rgw.x --cap mon 'allow rw' --cap osd 'allow rwx' >/dev/null
monmaptool --create --clobber --fsid 11111111-2222-3333-4444-555555555556 --addv a "$mon_host" "$dir/monmap" >/dev/null
ceph-mon -c "$conf" -i a --mkfs --monmap "$dir/monmap" --keyring "$dir/keyring" >"$dir/mon.mkfs" 2>&1
in_background mon ceph-mon -c "$conf" -i a -f
uuid=$(cat /proc/sys/kernel/random/uuid)
timeout 60 ceph -c "$conf" osd new "$uuid" >/dev/null
ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$uuid" >"$dir/osd.mkfs" 2>&1
in_background osd ceph-osd -c "$conf" -i 0 -f
for _ in $(seq 1 100); do ceph -c "$conf" osd stat 2>/dev/null | grep -q '1 up' && break; sleep 0.1; done
in_background rgw radosgw -c "$conf" -n client.rgw.x -f
for _ in $(seq 1 300); do curl -s -o /dev/null "http://127.0.0.1:$port/" && break; sleep 0.1; done
radosgw-admin -c "$conf" user create --uid sandbox --display-name sandbox --access-key "$access" --secret-key "$secret" >/dev/null 2>"$dir/user.err"
echo "http://127.0.0.1:$port $access $secret"
