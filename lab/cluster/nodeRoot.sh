# The file system of a lab's node, in a mount namespace of its own: whatever is mounted for pods ends with the
# node's processes, and what its programs write to fixed places of the machine goes elsewhere.
# usage: sh nodeRoot.sh SITE_FOLDER CACHE READY_FILE COMMAND...
set -eu
site=$1 cache=$2 ready=$3
shift 3
mkdir -p "$site/var-log"
# Open folders stay within reach under what is mounted over them next.
exec 8< "$site" 9< "$cache"

mount --bind "$site/var-log" /var/log
mount -t tmpfs -o mode=755 tmpfs /var/lib
# Without /run there is no systemd to be seen, and the kubelet mounts by itself.
mount -t tmpfs -o mode=755 tmpfs /run

mkdir -p "$site" "$cache"
# Not canonical: the path itself now leads into the tmpfs.
mount --no-canonicalize --bind /proc/self/fd/8 "$site"
mount --no-canonicalize --bind /proc/self/fd/9 "$cache"
exec 8<&- 9<&-
mount --bind "$site/resolv.conf" "$(readlink -f /etc/resolv.conf)"

# The kubelet and containerd hand mounts to pods: shared, but within this namespace only.
mount --make-rshared /
: > "$ready"
exec "$@"
