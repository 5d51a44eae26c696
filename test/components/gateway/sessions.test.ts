import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram } from "../../unpacked";
import { greeting, Sites, until, type TestSite } from "./gatewaySite";

/** Whether anything was said or closed within `ms`. */
const silentFor = async (ms: number, answer: Promise<string>): Promise<boolean> =>
  (await Promise.race([answer, pause(ms, null)])) === null;

describe("sessions in the gateway, on a real HAProxy", function () {
  this.timeout(300_000);
  const haproxy = findProgram("haproxy");
  let sites: Sites;

  before(function () {
    if (haproxy === null) return this.skip();
    sites = new Sites(haproxy);
  });
  afterEach(() => sites.stopAll());
  after(() => sites.remove());

  const session = (site: TestSite, port = 6379): Promise<string> => greeting(sites.open(site.address, port));
  const metric = async (site: TestSite, name: string): Promise<string> =>
    fetch(`http://${site.address}:8404/metrics/sessions`)
      .then((answer) => answer.text())
      .then(
        (text) => new RegExp(`^dragonfly_dr_gateway_${name}\\{.*\\} (\\d+)$`, "m").exec(text)?.[1] ?? "",
        () => "",
      );
  const ready = (site: TestSite): Promise<void> =>
    until("0", async () => (await metric(site, "held_sessions")) && String(site.guard.known.size === 0 ? 1 : 0));
  const servedAt = async (site: TestSite, by: string): Promise<void> => until(by, () => session(site));

  it("lets a new session wait until there is a primary, here or at the peer", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    await Promise.all([ready(a), ready(b)]);
    for (const [epoch, serving, closed, name] of [
      [1, a, b, "primary"],
      [2, b, a, "dr"],
    ] as const) {
      const waiting = [a, b].map((site) => session(site));
      for (const each of waiting) assert.ok(await silentFor(300, each));
      closed.guard.say(`closed ${epoch} unreadable`);
      serving.guard.say(`serving ${epoch} readable`);
      assert.deepEqual(await Promise.all(waiting), [name, name]);
      serving.guard.say(`closed ${epoch} unreadable`);
      await until("0", () => Promise.resolve(String(a.sessions.size + b.sessions.size)));
    }
  });

  it("tells of a change within milliseconds", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    await Promise.all([ready(a), ready(b)]);
    const times: number[] = [];
    for (let epoch = 1; epoch <= 10; epoch++) {
      const waiting = [a, b].map((site) => session(site));
      assert.ok(await silentFor(50, waiting[1] ?? session(b)));
      const said = performance.now();
      a.guard.say(`serving ${epoch} readable`);
      assert.deepEqual(await Promise.all(waiting), ["primary", "primary"]);
      times.push(performance.now() - said);
      a.guard.say(`closed ${epoch} unreadable`);
      await until("0", () => Promise.resolve(String(a.sessions.size)));
    }
    const median = times.toSorted((one, other) => one - other)[5] ?? NaN;
    console.log(
      `      from the guard's word to the server's first byte, slower of two gateways: median ${median.toFixed(0)} ms`,
    );
    assert.ok(median < 300, `median ${median} ms`);
  });

  it("closes a session that waited for as long as it may", async () => {
    const a = await sites.start("primary", { holdSeconds: 1 });
    await ready(a);
    const begun = performance.now();
    assert.equal(await session(a), "");
    const waited = performance.now() - begun;
    assert.ok(waited > 900 && waited < 5_000, `waited ${waited} ms`);
    assert.equal(await metric(a, "hold_expired_total"), "1");
  });

  it("lets no more wait than it may, and forgets who gave up", async () => {
    const a = await sites.start("primary", { holdSessions: 10, holdSeconds: 60 });
    await ready(a);
    const waiting = Array.from({ length: 10 }, () => sites.open(a.address, 6379));
    await until("10", () => metric(a, "held_sessions"));
    assert.equal(await session(a), "");
    for (const socket of waiting.slice(0, 4)) socket.destroy();
    await until("6", () => metric(a, "held_sessions"));
    const late = session(a);
    assert.ok(await silentFor(200, late));
    a.guard.say("serving 1 readable");
    assert.deepEqual(await Promise.all([...waiting.slice(4).map(greeting), late]), Array(7).fill("primary"));
    assert.equal(await metric(a, "held_sessions"), "0");
  });

  it("keeps all that a client has sent while it waited", async () => {
    const a = await sites.start("primary");
    await ready(a);
    const sent = "x".repeat(200_000);
    const socket = sites.open(a.address, 6379);
    socket.write(sent);
    await pause(300);
    a.guard.say("serving 1 readable");
    assert.equal(await greeting(socket), "primary");
    let arrived = "";
    for (const served of a.sessions) served.on("data", (data) => (arrived += data.toString()));
    await until(String(sent.length), () => Promise.resolve(String(arrived.length)));
    assert.ok(arrived === sent);
  });

  it("while a site drains: no new session goes there, the others go on; they end when it has closed", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    a.guard.say("serving 1 readable");
    await Promise.all([servedAt(a, "primary"), servedAt(b, "primary")]);
    const old = [a, b].map((site) => sites.open(site.address, 6379));
    assert.deepEqual(await Promise.all(old.map(greeting)), ["primary", "primary"]);
    a.guard.say("draining 1 readable");
    // Both gateways' next questions say that they know.
    await until("draining/1/readable,draining/1/readable", () => Promise.resolve([...a.guard.known.values()].join()));
    const waiting = [a, b].map((site) => session(site));
    for (const each of waiting) assert.ok(await silentFor(300, each));
    for (const socket of old) assert.equal(socket.destroyed, false);
    assert.equal(a.sessions.size >= 2, true);
    const closed = old.map((socket) => once(socket.resume(), "close"));
    a.guard.say("closed 1 readable");
    await Promise.all(closed);
    b.guard.say("serving 2 readable");
    assert.deepEqual(await Promise.all(waiting), ["dr", "dr"]);
  });

  it("leads to the site that was decided for later, and takes the sessions of the other away", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    a.guard.say("serving 5 readable");
    await servedAt(b, "primary");
    const old = sites.open(b.address, 6379);
    assert.equal(await greeting(old), "primary");
    const closed = once(old.resume(), "close");
    b.guard.say("serving 6 readable");
    await closed;
    await Promise.all([servedAt(a, "dr"), servedAt(b, "dr")]);
    // A stale word does not win it back.
    a.guard.say("serving 5 unreadable");
    await pause(300);
    assert.equal(await session(a), "dr");
  });

  it("gives no peer up because its guard is late or gone", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    a.guard.say("serving 1 readable");
    await servedAt(b, "primary");
    const old = sites.open(b.address, 6379);
    assert.equal(await greeting(old), "primary");
    a.guard.frozen = true;
    await until("1", async () => {
      const text = await (await fetch(`http://${b.address}:8404/metrics/sessions`)).text();
      return /guard_silent\{site="dr",of="primary"\} (\d)/.exec(text)?.[1] ?? "";
    });
    await pause(2_000);
    assert.equal(old.destroyed, false);
    assert.equal(await session(b), "primary");
    a.guard.frozen = false;
    a.guard.say("closed 1 unreadable");
    await once(old.resume(), "close");
  });

  it("a silent guard of its own: sessions go on, new ones wait for it a moment and then go on too", async () => {
    const a = await sites.start("primary");
    a.guard.say("serving 1 readable");
    await servedAt(a, "primary");
    const old = sites.open(a.address, 6379);
    assert.equal(await greeting(old), "primary");
    a.guard.frozen = true;
    await until("1", async () => {
      const text = await (await fetch(`http://${a.address}:8404/metrics/sessions`)).text();
      return /guard_silent\{site="primary",of="primary"\} (\d)/.exec(text)?.[1] ?? "";
    });
    const begun = performance.now();
    assert.equal(await session(a), "primary");
    assert.ok(performance.now() - begun < 5_000);
    assert.equal(old.destroyed, false);
  });

  it("leads new sessions over the link at its rate; nobody is turned away", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr", { linkSessionRate: 50 })];
    a.guard.say("serving 1 readable");
    await servedAt(b, "primary");
    await pause(200);
    const begun = performance.now();
    const all = await Promise.all(Array.from({ length: 105 }, () => session(b)));
    const took = performance.now() - begun;
    assert.deepEqual(new Set(all), new Set(["primary"]));
    // The first five come at once.
    assert.ok(took > 1_700, `took ${took} ms`);
  });

  it("knows a guard of a version before by its checks", async () => {
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    a.guard.old = true;
    a.guard.say("serving 0 readable");
    await Promise.all([servedAt(a, "primary"), servedAt(b, "primary")]);
    await until("primary", () => session(a, 6378));
    const old = sites.open(b.address, 6379);
    assert.equal(await greeting(old), "primary");
    const closed = once(old.resume(), "close");
    a.guard.say("closed 0 unreadable");
    await closed;
    b.guard.say("serving 7 readable");
    await servedAt(a, "dr");
    a.guard.old = false;
    a.guard.say("serving 8 readable");
    await servedAt(b, "primary");
  });
});
