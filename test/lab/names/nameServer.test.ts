import assert from "node:assert/strict";
import { renderCorefile } from "../../../lab/names/corefile";
import { parseQueryLog } from "../../../lab/names/nameServer";

describe("the lab's DNS server", () => {
  it("logs each question in a form that is read again, other lines left out", () => {
    const log =
      "CoreDNS-1.15.0\n[INFO] A1.Lab.Test. A udp\n[ERROR] plugin/errors: 2 x. A: broken\n[INFO] b.lab.test. " +
      "TXT tcp\n[INFO] half";
    assert.deepEqual(parseQueryLog(log), [
      { name: "a1.lab.test.", type: "A", protocol: "udp" },
      { name: "b.lab.test.", type: "TXT", protocol: "tcp" },
    ]);
    assert.match(renderCorefile({ address: "10.0.0.1", port: 5300 }), /log \. "\{name\} \{type\} \{proto\}"/);
  });

  it("listens on its own address only, and forwards nothing", () => {
    const corefile = renderCorefile({ address: "10.0.0.1", port: 5300 });
    assert.match(corefile, /^\.:5300 \{\n {4}bind 10\.0\.0\.1\n/);
    assert.doesNotMatch(corefile, /forward|proxy/);
  });
});
