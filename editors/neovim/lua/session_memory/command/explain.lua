-- `explain [session]`: what became of the events at the last compaction.
local M = { complete = require("session_memory.command").session_ids }

---@param args session_memory.Args
function M.run(args)
  require("session_memory.target").get(args.words[1], function(target)
    require("session_memory.client").request(target.root, "explain", { sessionId = target.id }, function(err, result)
      if err then
        return require("session_memory.say").failed("explain " .. target.id, err)
      end
      local lines = vim.split(result.summary, "\n", { trimempty = true })
      require("session_memory.float").open(
        lines,
        { title = (" compaction %d of %s "):format(result.compaction, target.id) }
      )
    end)
  end)
end

return M
