-- The build step of plugin managers (lazy.nvim runs a plugin's build.lua by itself). Waits for the end and fails loudly.
local here = vim.fs.dirname(vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p")))
vim.opt.rtp:prepend(here)
local done, problem
require("session_memory.build").run(function(err, path)
  done, problem = true, err
  print(err or (path .. " is built"))
end)
vim.wait(30 * 60 * 1000, function()
  return done
end, 100)
if not done or problem then
  error(problem or "the build did not end within 30 minutes", 0)
end
