-- A session that is fed from Neovim. What is appended is sent in order, one request at a time, and kept until it is acknowledged: after a
-- crash of the server it is sent again, and the events' ids make that safe. Nothing here waits, but for compact_sync(), which is bounded.
local client = require("session_memory.client")
local state = require("session_memory.state")

---@class session_memory.SessionOpts
---@field root? string workspace folder; default: that of the current buffer
---@field agent? string name that is shown
---@field context_limit? integer the model's window in tokens
---@field compact? fun(done: fun(problem: string?)) compacts the conversation where it lives; makes `:SessionMemory compact` work in place

---@class session_memory.Op
---@field method string
---@field params table
---@field cb fun(err: table?, result: any)

---@class session_memory.Session
---@field id string
---@field root string
---@field opts session_memory.SessionOpts
---@field queue session_memory.Op[] in order; the first is under way where `busy`
---@field busy boolean
---@field waiting integer events in the queue
---@field failures integer
local Session = {}
Session.__index = Session

local M = { MOST_WAITING = 50000, SYNC_MS = 150 }
local sessions = {} ---@type table<string, session_memory.Session>
local counter = 0
local born = ("%x%x"):format(os.time(), vim.uv.hrtime() % 0x1000000)

---@param id string
---@param opts? session_memory.SessionOpts
---@return session_memory.Session
function M.get(id, opts)
  if type(id) ~= "string" or id == "" or #id > 256 or (opts ~= nil and type(opts) ~= "table") then
    error("session(): the id is a text of 1 to 256 characters, the options are a table", 3)
  end
  opts = opts or {}
  local root = require("session_memory.root").normal(opts.root)
  local key = root .. "\n" .. id
  local session = sessions[key]
  if not session then
    session =
      setmetatable({ id = id, root = root, opts = {}, queue = {}, busy = false, waiting = 0, failures = 0 }, Session)
    sessions[key] = session
  end
  session.opts = vim.tbl_extend("force", session.opts, opts)
  return session
end

---@param root string
---@param id string
---@return session_memory.Session? session one that this Neovim feeds
function M.known(root, id)
  return sessions[root .. "\n" .. id]
end

-- Errors that come of what was sent: sending it again would bring the same.
local function is_final(err)
  return err.code == -32602 or err.code == -32600 or err.code == -32601 or err.code == -32001
end

---Sends the next operation, unless one is under way.
function Session:pump()
  local op = self.queue[1]
  if self.busy or not op then
    return
  end
  self.busy = true
  client.request(self.root, op.method, op.params, function(err, result)
    self.busy = false
    if err and not is_final(err) then
      return self:wait(err)
    end
    self.failures = 0
    table.remove(self.queue, 1)
    self.waiting = self.waiting - #(op.params.events or {})
    if result and op.method == "append" then
      state.learn(self.root, self.id, vim.tbl_extend("keep", { agent = self.opts.agent }, result))
    end
    op.cb(err, result)
    self:pump()
  end)
end

---Keeps the queue. A server that comes back sends it (see on_ready below); where the server refuses for now (a full disk), it is tried again.
---@param err table
function Session:wait(err)
  self.failures = self.failures + 1
  local gone = err.code == client.GONE
  require("session_memory.say").warn(
    ("session %s: %s. What comes in is kept and sent when it can be stored. %s"):format(
      self.id,
      err.message or "?",
      gone and require("session_memory.binary").fix or ""
    )
  )
  if not gone then
    vim.defer_fn(function()
      self:pump()
    end, require("session_memory.restart").delay(self.failures))
  end
end

---@param method string
---@param params table
---@param cb? fun(err: table?, result: any)
function Session:push(method, params, cb)
  params.sessionId = self.id
  table.insert(self.queue, { method = method, params = params, cb = cb or function() end })
  self:pump()
end

---Stores events. An event without an id gets one, so that it can be sent again.
---@param events table[]
---@param cb? fun(err: table?, result: table?)
function Session:append(events, cb)
  cb = cb or function() end
  if self.waiting + #events > M.MOST_WAITING then
    return cb({ code = client.GONE, message = ("%d events wait already: nothing was taken"):format(self.waiting) })
  end
  local sent = {}
  for i, event in ipairs(events) do
    if event.id == nil then
      counter = counter + 1
      event = vim.tbl_extend("force", event, { id = ("nvim-%s-%d"):format(born, counter) })
    end
    sent[i] = event
  end
  for first = 1, math.max(#sent, 1), 10000 do
    local last = math.min(first + 9999, #sent)
    self.waiting = self.waiting + last - first + 1
    self:push("append", {
      workspaceFolder = vim.uri_from_fname(self.root),
      agent = self.opts.agent,
      contextLimit = self.opts.context_limit or require("session_memory.config").get().context_limit,
      events = vim.list_slice(sent, first, last),
    }, last == #sent and cb or nil)
  end
end

---Compacts after everything that was appended before. The answer is that of `sessionMemory/compact`.
---@param opts? table params of `sessionMemory/compact`
---@param cb fun(err: table?, result: table?)
function Session:compact(opts, cb)
  self:push("compact", vim.deepcopy(opts or {}), cb)
end

---The one call that waits, for a chat that must have the answer before it goes on: at most 150 ms, else an error and the chat does what
---it did before. Nothing is applied: call applied() once the chat has taken the answer.
---@param opts? table
---@return table? err
---@return table? result
function Session:compact_sync(opts)
  local deadline = vim.uv.hrtime() + M.SYNC_MS * 1e6
  vim.wait(M.SYNC_MS, function()
    return #self.queue == 0
  end, 1)
  local left = math.floor((deadline - vim.uv.hrtime()) / 1e6)
  if #self.queue > 0 or left < 1 then
    return { code = client.TIMEOUT, message = "events of the session are not stored yet" }
  end
  local params = vim.tbl_extend("force", opts or {}, { sessionId = self.id, apply = false })
  return client.request_sync(self.root, "compact", params, left)
end

---@param opts? table what compact_sync() was given
function Session:applied(opts)
  self:push("compact", vim.tbl_extend("force", opts or {}, { apply = true }))
end

client.on_ready(function(root)
  for _, session in pairs(sessions) do
    if session.root == root then
      session:pump()
    end
  end
end)

return M
