-- `history [session]`: the revisions of the memory; choosing one shows what it changed (diff).
local M = { complete = require("session_memory.command").session_ids }

---@param r table a revision as `sessionMemory/history` gives it
---@return string
function M.line(r)
  return ("r%-4d %s  %-10s +%d -%d"):format(r.revision, r.at, r.origin, r.addedLines, r.removedLines)
end

---@param target session_memory.Target
---@param title string
---@param on_choice fun(revision: table)
function M.pick(target, title, on_choice)
  require("session_memory.client").request(target.root, "history", { sessionId = target.id }, function(err, result)
    if err then
      return require("session_memory.say").failed("history " .. target.id, err)
    end
    local revisions = result.revisions
    table.sort(revisions, function(a, b)
      return a.revision > b.revision
    end)
    require("session_memory.picker").pick({
      title = title,
      items = revisions,
      format = M.line,
      on_choice = on_choice,
      empty = target.id .. " has no revision yet. `:SessionMemory refresh` makes one",
    })
  end)
end

---@param args session_memory.Args
function M.run(args)
  require("session_memory.target").get(args.words[1], function(target)
    M.pick(target, "Memory of " .. target.id, function(revision)
      require("session_memory.command.diff").show(target, revision.revision - 1, revision.revision)
    end)
  end)
end

return M
