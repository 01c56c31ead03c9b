-- `refresh [session]`: brings the memory up to date now. Its progress comes as LspProgress, as that of any language server.
local M = { complete = require("session_memory.command").session_ids }

local counter = 0

---@param args session_memory.Args
function M.run(args)
  local say = require("session_memory.say")
  require("session_memory.target").get(args.words[1], function(target)
    counter = counter + 1
    local params = { sessionId = target.id, workDoneToken = "session_memory_refresh_" .. counter }
    require("session_memory.client").request(target.root, "refresh", params, function(err, result)
      if err then
        return say.failed("refresh " .. target.id, err)
      end
      say.answer(
        result.changed and ("revision %d, written by %s"):format(result.revision, result.source)
          or ("revision %d is up to date"):format(result.revision)
      )
    end)
  end)
end

return M
