-- Which session a command is about: the one named, else that of the buffer (a chat's, or the memory file's), else the one heard of last,
-- else the newest of the workspace.
local M = {}

---@class session_memory.Target
---@field root string
---@field id string

---@return string
function M.root()
  return require("session_memory.root").normal(vim.b.session_memory_root)
end

---@param name string? given by the user
---@param done fun(target: session_memory.Target)
function M.get(name, done)
  local root = M.root()
  local state = require("session_memory.state")
  local uri = vim.uri_from_bufnr(0)
  local here = vim.b.session_memory_session or (state.by_uri(root, uri) or {}).sessionId
  local id = name or here
  local in_memory_file = vim.api.nvim_buf_get_name(0):match("session%-memory%.md$") ~= nil
  if not id and not in_memory_file then
    id = (state.get(root) or {}).sessionId
  end
  if id then
    return done({ root = root, id = id })
  end
  M.sessions(root, function(sessions)
    local chosen = sessions[1]
    for _, session in ipairs(sessions) do
      if session.uri == uri then
        chosen = session
      end
    end
    if not chosen then
      return require("session_memory.say").answer(
        ("%s has no session yet. One begins when a chat or an agent is fed: :help session_memory-sessions"):format(root),
        vim.log.levels.WARN
      )
    end
    done({ root = root, id = chosen.sessionId })
  end)
end

---The sessions of a workspace, the newest first.
---@param root string
---@param done fun(sessions: table[])
function M.sessions(root, done)
  require("session_memory.client").request(root, "sessions", {}, function(err, result)
    if err then
      return require("session_memory.say").failed("sessions", err)
    end
    local sessions = result.sessions
    table.sort(sessions, function(a, b)
      return tostring(a.lastEventAt) > tostring(b.lastEventAt)
    end)
    for i = #sessions, 1, -1 do
      require("session_memory.state").learn(root, sessions[i].sessionId, sessions[i], true)
    end
    done(sessions)
  end)
end

return M
