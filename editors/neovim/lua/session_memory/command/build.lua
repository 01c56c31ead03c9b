-- `build`: builds the server from the checkout that the plugin stands in and puts it into the plugin's bin/ (build.lua), then starts it.
local M = {}

function M.run()
  local say = require("session_memory.say")
  say.answer("building the server; this takes a few minutes")
  require("session_memory.build").run(function(problem, path)
    if problem then
      return say.failed("build", problem)
    end
    say.answer(path .. " is built")
    require("session_memory.command.restart").run()
  end)
end

return M
