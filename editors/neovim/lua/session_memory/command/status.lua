-- `status [session]`: a floating window with the session's figures and the sawtooth of its context. `q` or <Esc> closes it.
local M = { complete = require("session_memory.command").session_ids }

local WIDTH, HEIGHT = 60, 6

---@param n number
---@return string
local function grouped(n)
  return (tostring(math.floor(n)):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

---@param s table a session as `sessionMemory/sessions` gives it
---@param timeline? table
---@return string[]
function M.lines(s, timeline)
  local share = s.contextLimit > 0 and 100 * s.contextTokens / s.contextLimit or 0
  local lines = {
    ("session   %s"):format(s.sessionId) .. (type(s.agent) == "string" and ("  (%s)"):format(s.agent) or ""),
    ("context   %s of %s tokens, %.0f %%, pressure %s"):format(
      grouped(s.contextTokens),
      grouped(s.contextLimit),
      share,
      s.pressure
    ),
    ("memory    revision %d, %s, %s tokens behind"):format(
      s.memory.revision,
      s.memory.freshness,
      grouped(s.memory.behindTokens)
    ),
    ("events    %s"):format(grouped(s.events)),
  }
  if timeline and #timeline.points > 1 then
    local sawtooth = require("session_memory.sawtooth")
    table.insert(lines, "")
    vim.list_extend(lines, sawtooth.rows(timeline, WIDTH, HEIGHT))
    table.insert(lines, sawtooth.marks(timeline, WIDTH))
    local function counted(n, what)
      return ("%d %s%s"):format(n, what, n == 1 and "" or "s")
    end
    local told = "▲ " .. counted(#timeline.compactions, "compaction")
    table.insert(lines, told .. "   · " .. counted(#timeline.updates, "update"))
  end
  return lines
end

---@param lines string[]
local function show(lines)
  require("session_memory.float").open(lines, { title = " session-memory ", width = WIDTH })
end

---@param args session_memory.Args
function M.run(args)
  local client = require("session_memory.client")
  local say = require("session_memory.say")
  require("session_memory.target").get(args.words[1], function(target)
    require("session_memory.target").sessions(target.root, function(sessions)
      for _, session in ipairs(sessions) do
        if session.sessionId == target.id then
          -- A server that is too old for the timeline still has the figures.
          local params = { sessionId = target.id, points = 2 * WIDTH }
          return client.request(target.root, "timeline", params, function(err, timeline)
            show(M.lines(session, not err and timeline or nil))
          end)
        end
      end
      say.answer(("there is no session `%s` in %s"):format(target.id, target.root), vim.log.levels.WARN)
    end)
  end)
end

return M
