-- `restart`: stops the server of this workspace and starts it again, also while it waits after a crash. What waits to be stored is sent then.
local M = {}

function M.run()
  local root = require("session_memory.target").root()
  local say = require("session_memory.say")
  require("session_memory.client").restart(root, function(problem)
    if problem then
      return say.failed("restart", problem .. ". " .. require("session_memory.binary").fix)
    end
    say.answer("the server of " .. root .. " runs")
  end)
end

return M
