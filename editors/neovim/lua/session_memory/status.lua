-- The status line component: `require("session_memory").status()`. It reads what is known (state.lua) and never asks or waits. Where the
-- agent runs outside this Neovim its server tells ours nothing, so while the component is shown and a server runs, the sessions
-- are asked for in the background, at most every ten seconds.
local M = {}

local EVERY_MS = 10000
local cache ---@type string?
local cached_for ---@type string?
local asked_at = -EVERY_MS
local names = { light = " light", medium = " MEDIUM", heavy = " HEAVY" }

local redraws = false

---Something became known. A burst of it redraws once.
function M.changed()
  cache = nil
  if not redraws then
    redraws = true
    vim.schedule(function()
      redraws = false
      vim.cmd.redrawstatus()
    end)
  end
end

---@param known session_memory.Known
---@return string
function M.text(known)
  local parts = {}
  if known.contextTokens and known.contextLimit then
    table.insert(parts, ("ctx %d%%"):format(math.floor(100 * known.contextTokens / known.contextLimit + 0.5)))
  end
  if known.memory and (known.memory.revision or 0) > 0 then
    table.insert(parts, "r" .. known.memory.revision .. (known.memory.freshness == "stale" and "*" or ""))
  end
  return table.concat(parts, " ") .. (names[known.pressure] or "")
end

---@param root string
local function refresh(root)
  local now = vim.uv.now()
  if now - asked_at < EVERY_MS then
    return
  end
  asked_at = now
  local client = require("session_memory.client")
  if client.running(root) then
    client.request(root, "sessions", {}, function(err, result)
      if not err then
        local state = require("session_memory.state")
        for i = #result.sessions, 1, -1 do
          local session = result.sessions[i]
          state.learn(root, session.sessionId, session, state.get(root) ~= nil)
        end
      end
    end)
  end
end

---@return string
function M.status()
  local root = vim.b.session_memory_root or vim.fn.getcwd()
  if not cache or cached_for ~= root then
    local known = require("session_memory.state").get(require("session_memory.root").normal(root))
    cache, cached_for = known and M.text(known) or "", root
  end
  refresh(root)
  return cache
end

return M
