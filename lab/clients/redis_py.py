"""An application with redis-py in its default configuration: HOST PORT USER, the password in PASSWORD."""

import json
import os
import re
import sys
import threading
import time

import redis

OPERATION_EVERY_S = 0.05
HOST, PORT, USER = sys.argv[1:4]


def main():
    client = redis.Redis(host=HOST, port=int(PORT), username=USER, password=os.environ["PASSWORD"])
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    key = f"cache:client:redis-py:{os.getpid()}"
    replies, others = {}, {}
    operations, last, longest = 0, None, 0.0
    print("running", flush=True)
    while not stop.is_set():
        begun = time.monotonic()
        try:
            client.set(key, str(operations))
            now = time.monotonic()
            longest = max(longest, now - last) if last is not None else longest
            operations, last = operations + 1, now
        except redis.RedisError as error:
            text = str(error)
            refusal = re.match(r"(WRONGPASS|NOAUTH|NOPERM|READONLY|LOADING)", text)
            reply = isinstance(error, redis.ResponseError) or refusal
            seen = replies if reply else others
            what = text.split(" ")[0] if reply else text[:80]
            seen[what] = seen.get(what, 0) + 1
        stop.wait(max(0.0, OPERATION_EVERY_S - (time.monotonic() - begun)))
    since = float("inf") if last is None else time.monotonic() - last
    print(
        json.dumps(
            {
                "library": "redis-py",
                "operations": operations,
                "errorReplies": replies,
                "otherErrors": others,
                "longestGapMs": round(max(longest, since) * 1000),
                "sinceLastMs": round(since * 1000),
            }
        ),
        flush=True,
    )


main()
