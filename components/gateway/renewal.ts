import { adminSocket, LINK_DIRECTORY, masterSocket, type GatewayProcess } from "./files";

/**
 * What HAProxy runs inside itself (Lua is part of the official images and of Debian's, from 2.6 on): it looks at the
 * link's files.
 * A new certificate is put into the running process through the runtime API: no connection is touched, new ones in both
 * directions use what is new. New authorities make the master start another worker, and the old one goes on with the
 * connections
 * that it has: "commit ssl ca-file" crashes HAProxy at the certificate's next change (its issue 3165; seen with
 * 2.6.12). What the
 * script depends on stands in its first lines: HAProxy 2.6 hands no arguments to it.
 *
 * What is read while the kubelet swaps the files may not belong together: HAProxy refuses it, the old certificate
 * stays, and the
 * next look finds the whole. The runtime API takes 16 kB at once (tune.bufsize).
 */
export const renewalScript = (
  site: string,
  process: GatewayProcess,
): string => String.raw`local directory, site = "${LINK_DIRECTORY}", "${site}"
local socket, master = "${adminSocket(site, process)}", "${masterSocket(site, process)}"
local certificate, key, authorities = directory .. "/tls.crt", directory .. "/tls.key", directory .. "/peer-ca.crt"
local LOOK_EVERY_MS = 5000
local SHOW_EVERY = 12

local state = { failing = 0, problem = nil, reload = nil, expiry = {} }

-- The PEM blocks of a file without anything around them: an empty line would end what the runtime API reads.
local function blocks(path)
  local file = io.open(path, "r")
  if file == nil then return nil end
  local text = (file:read("a") or ""):gsub("\r", "")
  file:close()
  local found = {}
  for block in text:gmatch("%-%-%-%-%-BEGIN [^\n]-%-%-%-%-%-\n.-%-%-%-%-%-END [^\n]-%-%-%-%-%-") do
    found[#found + 1] = (block:gsub("\n+", "\n"))
  end
  return #found > 0 and table.concat(found, "\n") or nil
end

local function look()
  local chain, own, ca = blocks(certificate), blocks(key), blocks(authorities)
  if chain == nil or own == nil or ca == nil then return nil end
  return { identity = chain .. "\n" .. own, authorities = ca }
end

local function command(line, at)
  local connection = core.tcp()
  connection:settimeout(5)
  if not connection:connect(at or socket) then return "the runtime API does not answer" end
  connection:send(line .. "\n")
  local answer = connection:receive("*a") or ""
  connection:close()
  return answer
end

-- Returns what HAProxy objects to; nil when it uses the new one.
local function replace(pem)
  local answer = command("set ssl cert " .. certificate .. " <<\n" .. pem .. "\n")
  if answer:lower():find("transaction", 1, true) then
    answer = command("commit ssl cert " .. certificate)
    if answer:find("Success", 1, true) then return nil end
  end
  command("abort ssl cert " .. certificate)
  return certificate .. ": " .. answer:gsub("%s+", " ")
end

local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

-- Seconds since 1970 of "Nov 21 06:11:03 2026 GMT".
local function seconds(text)
  local month, day, hour, minute, second, year = text:match("(%a+)%s+(%d+) (%d+):(%d+):(%d+) (%d+)")
  if month == nil then return nil end
  local m, y = MONTHS[month], tonumber(year)
  if m <= 2 then y = y - 1 end
  local before = 365 * y + y // 4 - y // 100 + y // 400
  local days = before + (153 * (m + (m > 2 and -3 or 9)) + 2) // 5 + tonumber(day) - 1 - 719468
  return ((days * 24 + tonumber(hour)) * 60 + tonumber(minute)) * 60 + tonumber(second)
end

-- The first to expire of what HAProxy uses, not of what the files say.
local function expiry(kind, path)
  local first = nil
  for text in command("show ssl " .. kind .. " " .. path):gmatch("[Nn]ot ?After: ([^\n]+)") do
    local at = seconds(text)
    if at ~= nil and (first == nil or at < first) then first = at end
  end
  return first
end

-- As HAProxy found them when it started: it reads its configuration's certificates after this line.
local running = look() or {}

local function renew()
  local now = look()
  if now == nil then return directory .. ": tls.crt, tls.key or peer-ca.crt is missing or holds no PEM" end
  if now.authorities ~= running.authorities then
    core.log(core.notice, "link: " .. authorities .. " has changed: another worker is started with it")
    -- Once: where the master finds the files wrong, this worker goes on, and says so.
    running.authorities = now.authorities
    local answer = command("reload", master)
    state.reload = answer:find("Success=0", 1, true) and "the reload failed: " .. answer:gsub("%s+", " ") or nil
    return state.reload
  end
  if now.identity == running.identity then return state.reload end
  local problem = replace(now.identity)
  if problem ~= nil then return problem end
  running.identity = now.identity
  core.log(core.notice, "link: " .. certificate .. " was renewed")
  return nil
end

core.register_task(function()
  local looks = 0
  while true do
    local before = running.identity
    local problem = renew()
    if problem ~= nil and problem ~= state.problem then
      core.log(core.alert, "link: not renewed, the old one stays in use: " .. problem)
    end
    state.problem, state.failing = problem, problem == nil and 0 or 1
    if looks % SHOW_EVERY == 0 or running.identity ~= before then
      state.expiry = { certificate = expiry("cert", certificate), authorities = expiry("ca-file", authorities) }
    end
    looks = looks + 1
    core.msleep(LOOK_EVERY_MS)
  end
end)

core.register_service("link_metrics", "http", function(applet)
  local lines = {}
  local function metric(name, kind, help, value, labels)
    if value == nil then return end
    lines[#lines + 1] = "# HELP dragonfly_dr_link_" .. name .. " " .. help
    lines[#lines + 1] = "# TYPE dragonfly_dr_link_" .. name .. " " .. kind
    lines[#lines + 1] = string.format('dragonfly_dr_link_%s{site="%s"} %d', name, site, value)
  end
  metric("certificate_expiry_timestamp_seconds", "gauge",
    "When the first certificate expires of the chain that the gateway shows its peers", state.expiry.certificate)
  metric("authorities_expiry_timestamp_seconds", "gauge",
    "When the first of the authorities expires that the gateway believes", state.expiry.authorities)
  metric("renewal_failing", "gauge",
    "1 while the files cannot be used and the gateway goes on with what it had", state.failing)
  local body = table.concat(lines, "\n") .. "\n"
  applet:set_status(200)
  applet:add_header("content-type", "text/plain; version=0.0.4")
  applet:add_header("content-length", #body)
  applet:start_response()
  applet:send(body)
end)
`;
