-- `sessions`: the conversations of the workspace, the newest first; choosing one opens its memory.
local M = {}

---@param s table
---@return string
function M.line(s)
  local share = s.contextLimit > 0 and math.floor(100 * s.contextTokens / s.contextLimit + 0.5) or 0
  local title = type(s.title) == "string" and s.title or ""
  local agent = type(s.agent) == "string" and s.agent or "-"
  return ("%-24s %-14s ctx %3d%%  r%-3d %s"):format(
    s.sessionId,
    agent,
    share,
    s.memory.revision,
    (title:gsub("%s+", " "))
  )
end

function M.run()
  local target = require("session_memory.target")
  local root = target.root()
  target.sessions(root, function(sessions)
    require("session_memory.picker").pick({
      title = "Sessions of " .. vim.fs.basename(root),
      items = sessions,
      format = M.line,
      on_choice = function(session)
        require("session_memory.command.open").run({ words = { session.sessionId } })
      end,
      empty = root .. " has no session yet. `:help session_memory-sessions` says how one begins",
    })
  end)
end

return M
