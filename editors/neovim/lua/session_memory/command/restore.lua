-- `restore [revision]`: makes a revision's text the newest one; what the user wrote stands. Without a number the revisions are listed.
local M = {}

---@param target session_memory.Target
---@param revision integer
local function restore(target, revision)
  local say = require("session_memory.say")
  local params = { sessionId = target.id, revision = revision }
  require("session_memory.client").request(target.root, "restore", params, function(err, result)
    if err then
      return say.failed(("restore r%d of %s"):format(revision, target.id), err)
    end
    say.answer(("r%d stands again, as revision %d"):format(revision, result.revision))
  end)
end

---@param args session_memory.Args
function M.run(args)
  local number = args.words[1] and tonumber((args.words[1]:gsub("^r", "")))
  if args.words[1] and not number then
    return require("session_memory.say").answer(
      ("restore: `%s` is no number of a revision"):format(args.words[1]),
      vim.log.levels.ERROR
    )
  end
  require("session_memory.target").get(nil, function(target)
    if number then
      return restore(target, number)
    end
    require("session_memory.command.history").pick(target, "Restore which revision?", function(revision)
      restore(target, revision.revision)
    end)
  end)
end

return M
