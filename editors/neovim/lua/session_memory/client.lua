-- One language server for each workspace folder, started on the first need of it. Requests are asynchronous; one that was under way
-- when the server died gets the error GONE. A server that dies is started again (restart.lua).
local protocol = require("session_memory.protocol")
local roots = require("session_memory.root")

local M = {}

---@class session_memory.Server
---@field root string
---@field id? integer the LSP client's id
---@field ready? boolean it answered `initialize`
---@field starting? boolean
---@field stopping? boolean it was asked to stop: it stays down until it is asked for
---@field retry? table the timer of the next start
---@field waiters fun(problem: string?)[]
---@field pending table<integer, fun(err: table?, result: any)>
---@field attempts integer starts in a row that did not last
---@field started_at? integer
---@field problem? string why it does not run

M.GONE = -32098
M.TIMEOUT = -32097

local servers = {} ---@type table<string, session_memory.Server>
local ready_listeners = {} ---@type fun(root: string)[]
local next_token = 0

---@param root? string
---@return session_memory.Server
local function server_of(root)
  root = roots.normal(root)
  servers[root] = servers[root] or { root = root, waiters = {}, pending = {}, attempts = 0 }
  return servers[root]
end
M.server_of = server_of

---@param server session_memory.Server
---@param problem string?
local function tell_waiters(server, problem)
  local waiters = server.waiters
  server.waiters = {}
  for _, waiter in ipairs(waiters) do
    waiter(problem)
  end
end

---@param f fun(root: string) called whenever a server is ready, after a restart too
function M.on_ready(f)
  table.insert(ready_listeners, f)
end

---@param client vim.lsp.Client
function M.initialized(client)
  local server = server_of(client.config.root_dir)
  server.starting = nil
  local problem = protocol.mismatch(client)
  if problem then
    server.problem, server.stopping = problem, true
    protocol.call(client, "stop")
    return tell_waiters(server, problem)
  end
  server.id, server.ready, server.problem, server.started_at = client.id, true, nil, vim.uv.now()
  tell_waiters(server)
  for _, listener in ipairs(ready_listeners) do
    listener(server.root)
  end
end

---@param root string
---@param code integer
---@param signal integer
function M.ended(root, code, signal)
  local server = server_of(root)
  local asked = server.stopping or vim.v.exiting ~= vim.NIL
  local pending = server.pending
  server.id, server.ready, server.starting, server.pending = nil, nil, nil, {}
  server.problem = server.problem or (asked and "it was stopped") or ("code %d, signal %d"):format(code, signal)
  for _, cb in pairs(pending) do
    cb({ code = M.GONE, message = "the server ended before it answered. What it acknowledged is on disk" })
  end
  tell_waiters(server, server.problem)
  if not asked then
    require("session_memory.restart").after(server)
  end
end

---The end of a client that vim.lsp.enable() started.
---@param id integer
---@param code integer
---@param signal integer
function M.ended_client(id, code, signal)
  for root, server in pairs(servers) do
    if server.id == id then
      return M.ended(root, code, signal)
    end
  end
end

---@param server session_memory.Server
local function start(server)
  server.starting, server.stopping, server.problem = true, nil, nil
  require("session_memory.binary").check(server.root, function(problem, path)
    local id
    if not problem then
      id = protocol.start(protocol.config(server.root, path))
      problem = not id and path .. " could not be started. `:SessionMemory log` may say why" or nil
    end
    if problem then
      server.starting, server.problem = nil, problem
      tell_waiters(server, problem)
    end
  end)
end

---@param root? string
---@return vim.lsp.Client?
function M.running(root)
  local server = server_of(root)
  return server.ready and vim.lsp.get_client_by_id(server.id) or nil
end

---Starts the server of a folder where it does not run, and calls back when it is ready.
---@param root? string
---@param done fun(problem: string?, client: vim.lsp.Client?)
function M.start(root, done)
  local server = server_of(root)
  local client = M.running(server.root)
  if client then
    return done(nil, client)
  elseif server.retry then
    return done(("it died (%s) and is started again soon"):format(server.problem))
  end
  table.insert(server.waiters, function(problem)
    done(problem, not problem and M.running(server.root) or nil)
  end)
  if not server.starting then
    start(server)
  end
end

---@param root? string
---@param done? fun()
function M.stop(root, done)
  local server = server_of(root)
  require("session_memory.restart").cancel(server)
  server.stopping, server.attempts = true, 0
  local client = M.running(server.root)
  if client then
    protocol.call(client, "stop")
  end
  if done then
    protocol.when(function()
      return not server.id and not server.starting
    end, done)
  end
end

---@param root? string
---@param done fun(problem: string?)
function M.restart(root, done)
  M.stop(root, function()
    M.start(root, done)
  end)
end

---@param client vim.lsp.Client
---@param server session_memory.Server
---@return integer? id of the request
---@return integer token
local function send(client, server, method, params, cb)
  next_token = next_token + 1
  local token, answered = next_token, false
  local function once(err, result)
    server.pending[token] = nil
    if not answered then
      answered = true
      cb(err, result)
    end
  end
  server.pending[token] = once
  local sent, id =
    protocol.call(client, "request", "sessionMemory/" .. method, params, once, vim.api.nvim_get_current_buf())
  if not sent then
    once({ code = M.GONE, message = "the server is going down" })
  end
  return id, token
end

---@param root? string
---@param method string without `sessionMemory/`
---@param params table
---@param cb fun(err: table?, result: any)
function M.request(root, method, params, cb)
  M.start(root, function(problem, client)
    if not client then
      return cb({ code = M.GONE, message = problem or "the server did not start" })
    end
    send(client, server_of(root), method, protocol.object(params), cb)
  end)
end

---Asks a server that runs, and waits no longer than `ms`. Starts nothing. Only for the moment of a compaction.
---@param root? string
---@param method string
---@param params table
---@param ms integer
---@return table? err
---@return any result
function M.request_sync(root, method, params, ms)
  local server, client = server_of(root), M.running(root)
  if not client then
    return { code = M.GONE, message = server.problem or "the server does not run" }
  end
  local done, err, result = false, nil, nil
  local id, token = send(client, server, method, protocol.object(params), function(e, r)
    done, err, result = true, e, r
  end)
  vim.wait(ms, function()
    return done
  end, 1)
  if done then
    return err, result
  end
  server.pending[token] = nil
  protocol.call(client, "cancel_request", id)
  return { code = M.TIMEOUT, message = ("no answer within %d ms"):format(ms) }
end

return M
