"""Mounts in the mount namespaces of processes, whatever their containers hold of tools.

volume.py read-only|writable PID ...       /data there is mounted anew
volume.py cover FOLDER PID ...             FOLDER is mounted over /data there
volume.py uncover PID ...                  undoes it
"""

import ctypes
import os
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
MS_RDONLY, MS_REMOUNT, MS_BIND, MNT_DETACH, CLONE_NEWNS = 1, 32, 4096, 2, 0x20000
OPEN_TREE, MOVE_MOUNT, AT_FDCWD, OPEN_TREE_CLONE, FROM_EMPTY_PATH = 428, 429, -100, 1, 4
TARGET = b"/data"
BUSY_SECONDS = 30


def must(result, what):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def remount(flags):
    until = time.monotonic() + BUSY_SECONDS
    while True:
        # A file that is just being written keeps a mount from being read-only.
        result = libc.mount(None, TARGET, None, MS_REMOUNT | MS_BIND | flags, None)
        if result == 0 or time.monotonic() > until:
            return must(result, "mount")
        time.sleep(0.01)


def cover(folder):
    tree = must(libc.syscall(OPEN_TREE, AT_FDCWD, folder.encode(), OPEN_TREE_CLONE), "open_tree")

    def move():
        must(libc.syscall(MOVE_MOUNT, tree, b"", AT_FDCWD, TARGET, FROM_EMPTY_PATH), "move_mount")

    return move


def main(what, *rest):
    for pid in rest[1:] if what == "cover" else rest:
        # Each in a process of its own: a namespace that was entered is not left again.
        work = {
            "read-only": lambda: remount(MS_RDONLY),
            "writable": lambda: remount(0),
            "uncover": lambda: must(libc.umount2(TARGET, MNT_DETACH), "umount"),
        }.get(what)
        child = os.fork()
        if child == 0:
            work = work or cover(rest[0])
            namespace = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
            must(libc.setns(namespace, CLONE_NEWNS), "setns")
            work()
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
            sys.exit(1)


main(*sys.argv[1:])
