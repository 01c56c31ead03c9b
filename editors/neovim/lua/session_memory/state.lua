-- What is known of each session without asking: from answers and notifications. The status line reads only this.
local M = {}

---@class session_memory.Known
---@field sessionId string
---@field contextTokens? integer
---@field contextLimit? integer
---@field pressure? string
---@field memory? { revision: integer, freshness: string, updating?: boolean }
---@field uri? string
---@field title? string
---@field agent? string

local known = {} ---@type table<string, table<string, session_memory.Known>>
local latest = {} ---@type table<string, string> the session that was heard of last, for each folder

local fields = { "contextTokens", "contextLimit", "pressure", "uri", "title", "agent" }

---@param root string
---@param id string
---@param facts table
---@param quiet? boolean do not make it the current session
function M.learn(root, id, facts, quiet)
  known[root] = known[root] or {}
  local session = known[root][id] or { sessionId = id }
  known[root][id] = session
  for _, field in ipairs(fields) do
    local value = facts[field]
    if value ~= nil and value ~= vim.NIL then
      session[field] = value
    end
  end
  if type(facts.memory) == "table" then
    session.memory = vim.tbl_extend("force", session.memory or {}, facts.memory)
  end
  if not quiet then
    latest[root] = id
  end
  require("session_memory.status").changed()
end

---@param root string
---@param id? string default: the one heard of last
---@return session_memory.Known?
function M.get(root, id)
  id = id or latest[root]
  return id and known[root] and known[root][id] or nil
end

---@param root string
---@param uri string
---@return session_memory.Known?
function M.by_uri(root, uri)
  for _, session in pairs(known[root] or {}) do
    if session.uri == uri then
      return session
    end
  end
end

---@param root string
---@return string[]
function M.ids(root)
  local ids = vim.tbl_keys(known[root] or {})
  table.sort(ids)
  return ids
end

---@param root string
---@param id string
function M.forget(root, id)
  if known[root] then
    known[root][id] = nil
  end
  if latest[root] == id then
    latest[root] = nil
  end
  require("session_memory.status").changed()
end

return M
