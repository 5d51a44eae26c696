import { guardSocket } from "./files";
import type { HaproxyConfig } from "./haproxyConfig";

const text = (value: string): string => `"${value}"`;

/**
 * What HAProxy runs inside itself to lead sessions. It keeps a question open at each site's guard (`GET /gateway`,
 * guard/http): the answer comes when the site's state is another than the one that the question names, so a change
 * arrives as fast as a packet, and the next question tells the guard that it has arrived. After a few seconds without a
 * change the guard answers all the same.
 *
 * Which server may be used follows from the states alone. A site whose guard falls silent keeps its state: only its
 * word, another site that serves at a higher epoch, or TCP takes its sessions away. New sessions wait here while no
 * server may be used.
 */
export const sessionsScript = (config: HaproxyConfig): string => `-- What this gateway depends on.
local OWN = ${text(config.site)}
local GUARDS = {
  { site = OWN, server = "local", socket = ${text(guardSocket(config.site, "local"))} },
${config.peers
  .map(
    ({ site }) =>
      `  { site = ${text(site)}, server = ${text(site)}, socket = ${text(guardSocket(config.site, site))} },\n`,
  )
  .join("")}}
local HOLD_MS = ${config.holdSeconds * 1000}
local MOST_HELD = ${config.holdSessions}
local LINK_RATE = ${config.linkSessionRate}
${SCRIPT}`;

const SCRIPT = String.raw`
-- A guard answers after 4 s at the latest; a peer's over the link.
local ANSWER_WITHIN_S = 8
local ASK_AGAIN_MS = 100
-- New sessions wait so long for the word of a local guard that has gone: its server may have been restarted, closed.
local PATIENCE_MS = 3000
-- A guard that does not know the question, of a version before: its checks are asked this often.
local CHECK_EVERY_MS = 250
local CHECKS_BEFORE_ASKING = 20
-- Held sessions look again; all together no more often than this. HAProxy forgets to wake a rule whose sleep has passed
-- before it is noted (2.6: the clock is read anew after a yield, and what has expired is dropped): the session would
-- wait to the end of the inspect-delay. A loop of HAProxy's that lasts longer than the sleep does it; seen with 5 ms.
local LOOKS_A_SECOND = 20000
local SHORTEST_LOOK_MS = 50
-- A buffer with more than this takes no more, and that is how a channel looks, too, whose client has gone.
local FULL = 8192
-- So many new sessions at once are no storm.
local BURST = math.max(1, LINK_RATE // 10)

local function now_ms()
  local now = core.now()
  return now.sec * 1000 + now.usec / 1000
end

-- state: what the guard said last: unknown, serving, draining (new sessions wait, the others go on) or closed.
local sites = {}
for at, guard in ipairs(GUARDS) do
  local site, server = guard.site, guard.server
  sites[at] = { site = site, server = server, state = "unknown", epoch = 0, readable = false, lost_at = nil }
end
local own = sites[1]
-- What was set at the servers, and the site that is led to.
local applied, copy_applied, target = {}, "maint", nil
local held, held_total, expired_total, refused_total, gone_total, link_total = 0, 0, 0, 0, 0, 0

-- Of two sites that serve, the one that was decided for later.
local function outranks(one, other)
  if one.epoch ~= other.epoch then return one.epoch > other.epoch end
  return one.site > other.site
end

local function highest()
  local found = nil
  for _, each in ipairs(sites) do
    if each.state == "serving" and (found == nil or outranks(each, found)) then found = each end
  end
  return found
end

local function wanted(each, led_to)
  if each == led_to then
    local silent = each == own and each.lost_at ~= nil and now_ms() - each.lost_at < PATIENCE_MS
    return silent and "drain" or "ready"
  end
  if led_to == nil and each.state == "draining" then return "drain" end
  return "maint"
end

local function set(backend, name, mode)
  local proxy = core.backends[backend]
  local server = proxy ~= nil and proxy.servers[name] or nil
  if server == nil then return end
  if mode == "ready" then server:set_ready()
  elseif mode == "drain" then server:set_drain()
  else server:set_maint() end
end

-- Servers that are no longer led to come first: their sessions end before another site takes new ones.
local function apply()
  target = highest()
  for pass = 1, 2 do
    for _, each in ipairs(sites) do
      local mode = wanted(each, target)
      if applied[each] ~= mode and (mode == "ready") == (pass == 2) then
        set("primary", each.server, mode)
        if each == own then set("link_clients", "local", mode) end
        core.log(core.notice, string.format("site %s: %s at epoch %d, %s", each.site, each.state, each.epoch, mode))
        applied[each] = mode
      end
    end
  end
  local copy = own.readable and "ready" or "maint"
  if copy ~= copy_applied then
    set("read_only", "local", copy)
    copy_applied = copy
  end
end

local function heard(each, state, epoch, readable)
  each.state, each.epoch, each.readable, each.lost_at = state, epoch, readable, nil
  apply()
end

local function lost(each)
  each.lost_at = each.lost_at or now_ms()
  apply()
end

local function dial(socket)
  local connection = core.tcp()
  connection:settimeout(ANSWER_WITHIN_S)
  if connection:connect(socket) then return connection end
  connection:close()
  return nil
end

-- Returns status and body; nil when the connection broke or nothing came in time.
local function get(connection, path)
  if connection:send("GET " .. path .. " HTTP/1.1\r\nHost: guard\r\n\r\n") == nil then return nil end
  local status = tonumber((connection:receive("*l") or ""):match("^HTTP/1%.%d (%d%d%d)"))
  if status == nil then return nil end
  local length = 0
  while true do
    local line = connection:receive("*l")
    if line == nil then return nil end
    line = line:gsub("\r$", "")
    if line == "" then break end
    length = tonumber(line:lower():match("^content%-length:%s*(%d+)")) or length
  end
  if length == 0 then return status, "" end
  local body = connection:receive(length)
  if body == nil then return nil end
  return status, body
end

-- Each check on a connection of its own, as the guards of that version want it.
local function check(socket, path)
  local connection = dial(socket)
  if connection == nil then return nil end
  local status = get(connection, path)
  connection:close()
  return status
end

-- A guard that was not replaced when its gateway was: it knows no question that waits, and no epoch.
local function check_for_a_while(each, socket)
  for _ = 1, CHECKS_BEFORE_ASKING do
    local primary = check(socket, "/primary")
    if primary == nil then return lost(each) end
    local readable = each == own and check(socket, "/read-only") == 200
    heard(each, primary == 200 and "serving" or "closed", 0, readable)
    core.msleep(CHECK_EVERY_MS)
  end
end

local STATES = { serving = true, draining = true, closed = true }

-- This worker's name; the guard waits for nobody whose connection has gone.
local function identity()
  local info = core.get_info()
  return string.format("%s-%s", tostring(info.Node or info.node or "gateway"):gsub("[^%w%-%.]", ""), tostring(info.Pid))
end

local function follow(each, socket)
  local id, known, connection = identity(), "", nil
  local function step()
    connection = connection or dial(socket)
    local status, body = nil, nil
    if connection ~= nil then status, body = get(connection, "/gateway?id=" .. id .. "&known=" .. known) end
    if status == 200 then
      local state, epoch, readable = body:match("^(%a+)/(%d+)/(%a+)$")
      if STATES[state] and tonumber(epoch) ~= nil then
        heard(each, state, tonumber(epoch), readable == "readable")
        known = body
        return
      end
    end
    if connection ~= nil then connection:close() end
    connection = nil
    if status == 404 then return check_for_a_while(each, socket) end
    lost(each)
    core.msleep(ASK_AGAIN_MS)
  end
  while true do
    local fine, problem = pcall(step)
    if not fine then
      core.log(core.alert, "asking the guard of " .. each.site .. ": " .. tostring(problem))
      connection = nil
      core.msleep(1000)
    end
  end
end

for at, guard in ipairs(GUARDS) do
  core.register_task(function() follow(sites[at], guard.socket) end)
end

-- Waits until "ready" says so. Returns false where the session is to be closed.
local function hold(txn, ready, deadline)
  if held >= MOST_HELD then
    refused_total = refused_total + 1
    return false
  end
  held, held_total = held + 1, held_total + 1
  local through = false
  while true do
    if ready() then through = true break end
    if now_ms() >= deadline then expired_total = expired_total + 1 break end
    -- The client has given up. Of one that has sent a buffer full that cannot be seen: it waits to the end.
    if txn.req:input() < FULL and not txn.req:may_recv() then gone_total = gone_total + 1 break end
    core.msleep(math.max(SHORTEST_LOOK_MS, held * 1000 // LOOKS_A_SECOND))
  end
  held = held - 1
  return through
end

-- When the next session may go over the link. Each takes a place in the row, and no place is given twice.
local next_place = 0
local function place_in_row()
  local now, step = now_ms(), 1000 / LINK_RATE
  local place = math.max(next_place, now - BURST * step)
  next_place = place + step
  return place, now
end

local function primary_ready() return target ~= nil and applied[target] == "ready" end
local function copy_ready() return copy_applied == "ready" end

-- Bounded as those that wait for a primary are, and among them.
local function wait_for_link(deadline)
  local place, now = place_in_row()
  if place <= now then return true end
  if place > deadline or held >= MOST_HELD then
    next_place = next_place - 1000 / LINK_RATE
    refused_total = refused_total + 1
    return false
  end
  held, held_total = held + 1, held_total + 1
  core.msleep(math.max(SHORTEST_LOOK_MS, math.ceil(place - now)))
  held = held - 1
  return true
end

core.register_action("wait_for_primary", { "tcp-req" }, function(txn)
  if primary_ready() and target == own then return act.CONTINUE end
  local deadline = now_ms() + HOLD_MS
  while true do
    if not primary_ready() and not hold(txn, primary_ready, deadline) then return act.DENY end
    if target == own then return act.CONTINUE end
    if not wait_for_link(deadline) then return act.DENY end
    if primary_ready() then
      if target ~= own then link_total = link_total + 1 end
      return act.CONTINUE
    end
  end
end, 0)

core.register_action("wait_for_copy", { "tcp-req" }, function(txn)
  if copy_ready() or hold(txn, copy_ready, now_ms() + HOLD_MS) then return act.CONTINUE end
  return act.DENY
end, 0)

core.register_service("session_metrics", "http", function(applet)
  local lines = {}
  local function metric(name, kind, help, samples)
    lines[#lines + 1] = "# HELP dragonfly_dr_gateway_" .. name .. " " .. help
    lines[#lines + 1] = "# TYPE dragonfly_dr_gateway_" .. name .. " " .. kind
    for _, sample in ipairs(samples) do lines[#lines + 1] = "dragonfly_dr_gateway_" .. name .. sample end
  end
  local function one(value) return { string.format('{site="%s"} %d', OWN, value) } end
  metric("held_sessions", "gauge", "New sessions that wait for a primary, a copy or their turn on the link", one(held))
  metric("held_sessions_total", "counter", "Sessions that had to wait", one(held_total))
  metric("hold_expired_total", "counter", "Sessions that were closed because no server came in time",
    one(expired_total))
  metric("hold_refused_total", "counter", "Sessions that were closed because too many waited", one(refused_total))
  metric("hold_abandoned_total", "counter", "Sessions whose client gave up while they waited", one(gone_total))
  metric("link_sessions_total", "counter", "Sessions that were led to a peer", one(link_total))
  local states = {}
  for _, each in ipairs(sites) do
    for _, state in ipairs({ "unknown", "serving", "draining", "closed" }) do
      local value = each.state == state and 1 or 0
      states[#states + 1] = string.format('{site="%s",of="%s",state="%s"} %d', OWN, each.site, state, value)
    end
  end
  metric("site_state", "gauge", "1 for the state that each site's guard said last", states)
  local silent = {}
  for _, each in ipairs(sites) do
    silent[#silent + 1] = string.format('{site="%s",of="%s"} %d', OWN, each.site, each.lost_at == nil and 0 or 1)
  end
  metric("guard_silent", "gauge", "1 while a site's guard does not answer", silent)
  local body = table.concat(lines, "\n") .. "\n"
  applet:set_status(200)
  applet:add_header("content-type", "text/plain; version=0.0.4")
  applet:add_header("content-length", #body)
  applet:start_response()
  applet:send(body)
end)
`;
