-- The child Neovim's whole configuration: the plugin on the runtimepath, nothing of the machine's user.
local plugin = assert(os.getenv("SM_TEST_PLUGIN"))
vim.opt.rtp:prepend(plugin)
for path in (os.getenv("SM_TEST_RTP") or ""):gmatch("[^:]+") do
  vim.opt.rtp:append(path)
end
vim.o.swapfile = false
vim.o.shortmess = vim.o.shortmess .. "I"
vim.o.ruler = false
vim.o.statusline = "%f"
-- Everything that was said, for tests to read.
_G.said = {}
vim.notify = function(text, level)
  table.insert(_G.said, text)
  _G.said_level = level
end
