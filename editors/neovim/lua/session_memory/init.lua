-- The public API. Nothing here loads the rest before it is used.
local M = {}

---Optional: the plugin works without it. See :help session_memory-config
---@param opts? session_memory.Opts
function M.setup(opts)
  require("session_memory.config").setup(opts)
end

---Text for a status line: `ctx 62% r4 light`, or "" where there is nothing to tell. Cheap; never asks or waits.
---@return string
function M.status()
  return require("session_memory.status").status()
end

---A session of a chat that lives in Neovim. See :help session_memory-api
---@param id string
---@param opts? session_memory.SessionOpts
---@return session_memory.Session
function M.session(id, opts)
  return require("session_memory.session").get(id, opts)
end

---Registers a way to hand a compacted context to an agent. See :help session_memory-delivery
---@param delivery session_memory.Delivery
function M.register_delivery(delivery)
  require("session_memory.delivery").register(delivery)
end

return M
