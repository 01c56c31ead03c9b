-- The thin thread through everything: a conversation goes in, `open`, `status` and `compact` answer, with the real server.
local harness = require("harness")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({
  hooks = {
    pre_case = function()
      child = harness.child()
    end,
    post_case = function()
      child.stop()
    end,
  },
})

T["loading requires nothing"] = function()
  eq(
    child.lua_get(
      [[vim.tbl_filter(function(n) return vim.startswith(n, "session_memory") end, vim.tbl_keys(package.loaded))]]
    ),
    {}
  )
end

T["open shows the memory of the conversation"] = function()
  child.feed("talk", harness.conversation(40))
  child.cmd("SessionMemory open talk")
  child.wait([[vim.api.nvim_buf_get_name(0):match("/talk/session%-memory%.md$")]])
  child.wait([[#vim.api.nvim_buf_get_lines(0, 0, -1, true) > 5]])
  local text = table.concat(child.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
  eq(text:match("\n## [%w ]+\n%- ") ~= nil and text:match("src/export_%d+.py") ~= nil, true)
  child.wait([[#vim.lsp.get_clients({ bufnr = 0, name = "session_memory" }) == 1]])
end

T["status opens a window with the figures"] = function()
  child.feed("talk", harness.conversation(40))
  child.cmd("SessionMemory status")
  child.wait([[vim.api.nvim_win_get_config(0).relative == "editor"]])
  eq(child.api.nvim_buf_get_lines(0, 0, 1, true), { "session   talk" })
end

T["compact puts the compacted context where the user says"] = function()
  child.feed("talk", harness.conversation(40), { context_limit = 20000 })
  child.lua(
    [=[vim.ui.select = function(items, opts, on) _G.items = vim.tbl_map(opts.format_item, items); on(items[#items - 1]) end]=]
  )
  child.cmd("SessionMemory compact")
  child.wait("_G.said[1]")
  eq(child.lua_get("_G.said[1]"):match("^session%-memory: [%d,]+ → [%d,]+ tokens") ~= nil, true)
  eq(vim.startswith(child.fn.getreg('"'), "# Session memory"), true)
end

return T
