-- `stop`: stops the server of this workspace. It starts again when something needs it.
local M = {}

function M.run()
  local root = require("session_memory.target").root()
  require("session_memory.client").stop(root, function()
    require("session_memory.say").answer("the server of " .. root .. " is stopped")
  end)
end

return M
