-- Runs the suite inside the Neovim that reads this file: nvim --headless --clean -u NONE -l tests/run.lua [pattern of file names]
-- MINI is the folder of mini.test. Ends with 1 where a case failed or none ran.
local here = vim.fs.dirname(vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p")))
vim.opt.rtp:prepend(assert(os.getenv("MINI"), "MINI names the folder of mini.test"))
vim.opt.rtp:prepend(vim.fs.dirname(here))
package.path = here .. "/?.lua;" .. package.path
vim.fn.chdir(vim.fs.dirname(here))

local test = require("mini.test")
local pattern = arg[1]
test.setup({
  collect = {
    find_files = function()
      return vim.tbl_filter(function(file)
        return not pattern or file:find(pattern, 1, true) ~= nil
      end, vim.fn.globpath(here .. "/suite", "test_*.lua", true, true))
    end,
  },
  execute = { reporter = test.gen_reporter.stdout({ quit_on_finish = false }) },
})
test.run()
vim.wait(300000, function()
  return not test.is_executing()
end, 20)

local passed, failed = 0, 0
for _, case in ipairs(test.current.all_cases or {}) do
  if case.exec and case.exec.state:match("^Pass") then
    passed = passed + 1
  else
    failed = failed + 1
  end
end
io.stdout:write(("\n%s: %d passed, %d failed\n"):format(tostring(vim.version()), passed, failed))
require("harness").sweep()
os.exit(failed == 0 and passed > 0 and 0 or 1)
