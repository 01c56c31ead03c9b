-- `open [session]`: the memory file in a window, as any other file. Where it is gone from disk the server writes it again first.
local M = { complete = require("session_memory.command").session_ids }

---@param args session_memory.Args
function M.run(args)
  require("session_memory.target").get(args.words[1], function(target)
    require("session_memory.client").request(target.root, "memory", { sessionId = target.id }, function(err, memory)
      if err then
        return require("session_memory.say").failed("open " .. target.id, err)
      end
      local path = vim.uri_to_fname(memory.uri)
      -- The answer comes before the file is written; a missing file would open as a new one.
      require("session_memory.protocol").when(function()
        return vim.uv.fs_stat(path) ~= nil
      end, function()
        vim.cmd.edit(vim.fn.fnameescape(path))
        vim.b.session_memory_session = target.id
        if not vim.b.session_memory_root then
          -- The setting `memoryFile` gave it another name.
          require("session_memory.buffer").attach(vim.api.nvim_get_current_buf(), target.root)
        end
      end, 2000)
    end)
  end)
end

return M
