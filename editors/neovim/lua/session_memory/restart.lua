-- A server that died is started again: after half a second, then after twice as long each time, up to 30 s. One that lasted a minute starts
-- the count anew. It is never given up, because what was not acknowledged waits for it (session.lua); `:SessionMemory restart` does not wait.
local M = {}

M.first_ms = 500
M.longest_ms = 30000
local LASTED_MS = 60000

---@param attempts integer
---@return integer milliseconds
function M.delay(attempts)
  return math.min(M.first_ms * 2 ^ (attempts - 1), M.longest_ms)
end

---@param server session_memory.Server
function M.after(server)
  local now = vim.uv.now()
  if server.started_at and now - server.started_at > LASTED_MS then
    server.attempts = 0
  end
  server.started_at = nil
  server.attempts = server.attempts + 1
  local delay = M.delay(server.attempts)
  local say = require("session_memory.say")
  if server.attempts == 1 then
    say.warn(("the server of %s died (%s). It is being started again"):format(server.root, server.problem))
  elseif server.attempts == 5 then
    say.warn("the server keeps dying. `:SessionMemory log` shows why, `:checkhealth session_memory` what to do")
  end
  server.retry = vim.defer_fn(function()
    server.retry = nil
    if not server.stopping then
      require("session_memory.client").start(server.root, function() end)
    end
  end, delay)
end

---@param server session_memory.Server
function M.cancel(server)
  if server.retry then
    server.retry:stop()
    if not server.retry:is_closing() then
      server.retry:close()
    end
    server.retry = nil
  end
end

return M
