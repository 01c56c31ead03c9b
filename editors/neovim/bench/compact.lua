-- Part of bench/startup: how long compact_sync() keeps a chat waiting. Fed as a chat feeds, a moment of quiet before each call, as a user's
-- reading and typing gives.
vim.opt.rtp:prepend(
  vim.fs.dirname(vim.fs.dirname(vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p"))))
)
vim.g.session_memory = { bin = arg[1] }
local session = require("session_memory").session("bench-" .. tostring(vim.version()), { context_limit = 60000 })
local times, missed = {}, 0
for round = 1, 30 do
  local stored = false
  session:append({
    {
      type = "message",
      message = { role = "user", content = ("Please fix src/module_%d.lua. "):format(round):rep(60) },
    },
    {
      type = "message",
      message = { role = "assistant", content = ("Fixed src/module_%d.lua. "):format(round):rep(60) },
    },
  }, function()
    stored = true
  end)
  vim.wait(10000, function()
    return stored
  end, 1)
  vim.wait(300)
  local start = vim.uv.hrtime()
  local err = session:compact_sync()
  table.insert(times, (vim.uv.hrtime() - start) / 1e6)
  missed = missed + (err and 1 or 0)
end
table.sort(times)
io.stdout:write(
  ("  the call that waits: %.1f ms (median of %d, slowest %.1f ms, limit 150 ms; %d not answered)\n"):format(
    times[#times / 2],
    #times,
    times[#times],
    missed
  )
)
vim.cmd("qa!")
