-- codecompanion.nvim: messages in, compaction in place. Runs against the real plugin where it is there (chats.lua).
local harness = require("harness")
local chats = require("chats")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({
  hooks = {
    pre_case = function()
      if vim.fn.has("nvim-0.11") == 0 and chats.real then
        MiniTest.skip("codecompanion.nvim needs Neovim 0.11")
      end
      child = harness.child({ rtp = chats.rtp("codecompanion.nvim", { "plenary.nvim" }) })
      child.lua([[
        -- The server under test may be a debug build on a busy machine.
        require("session_memory.session").SYNC_MS = 10000
        require("codecompanion").setup({
          extensions = { session_memory = { enabled = true, opts = { trigger = 0.5 } } },
          interactions = { chat = { adapter = "openai" } },
        })
        _G.chat = require("codecompanion").chat()
        _G.chat:add_message({ role = "user", content = "RULES: answer in one line" }, { visible = false, _meta = { tag = "rules" } })
        -- A turn as the plugin itself adds it: question, call, output, reply; then its checkpoint.
        function _G.turn(n)
          local call = { id = "call-" .. n, type = "function", ["function"] = { name = "read_file", arguments = '{"path":"src/a.lua"}' } }
          chat:add_message({ role = "user", content = ("Please fix src/module_%d.lua, month %d."):format(n, n) })
          chat:add_message({ role = "llm", tool_calls = { call } }, { visible = false })
          table.insert(chat.messages, { role = "tool", content = ("output %d\n"):format(n):rep(200), tools = { call_id = call.id }, opts = { visible = true }, _meta = { cycle = 1 } })
          chat:add_message({ role = "llm", content = "Fixed src/module_" .. n .. ".lua." }, { _meta = { cumulative_tokens = n * 800 } })
          chat:checkpoint()
        end
        function _G.roles()
          return vim.tbl_map(function(m) return m.role .. ((m._meta or {}).tag and ":" .. m._meta.tag or "") end, chat.messages)
        end
      ]])
      child.wait([[require("session_memory.client").running()]] .. " ~= nil")
    end,
    post_case = function()
      if child then
        child.stop()
      end
    end,
  },
})

local function turns(from, to)
  child.lua("local a, b = ...; for n = a, b do _G.turn(n) end", { from, to })
end

local function all_stored()
  child.wait([[#require("session_memory").session(chat.session_id).queue == 0]])
end

T["every checkpoint feeds the session, once each"] = function()
  turns(1, 3)
  turns(4, 5)
  all_stored()
  local session = child.ask("sessions").sessions[1]
  eq(session.agent, "codecompanion")
  eq(session.events, 20)
  eq(child.lua_get("chat.session_id"), session.sessionId)
end

T["compaction replaces the messages in place and keeps system, rules and whole pairs"] = function()
  turns(1, 40)
  all_stored()
  child.lua(
    "function _G.size() local n = 0; for _, m in ipairs(chat.messages) do n = n + #(m.content or '') end; return n end"
  )
  local before = child.lua_get("_G.size()")
  child.lua(
    "_G.table_before = chat.messages; _G.problem = require('codecompanion').extensions.session_memory.compact(chat.bufnr)"
  )
  eq(child.lua_get("_G.problem"), vim.NIL)
  eq(child.lua_get("_G.table_before == chat.messages"), true)
  eq(child.lua_get("_G.size()") < before / 2, true)
  eq(child.lua_get("chat:has_orphaned_tool_calls()"), false)
  local roles = child.lua_get("_G.roles()")
  eq(vim.tbl_contains(roles, "user:rules"), true)
  eq(vim.startswith(roles[1], "system"), true)
  eq(
    vim
      .iter(roles)
      :filter(function(role)
        return role == "user:compact_summary"
      end)
      :totable(),
    { "user:compact_summary" }
  )
  eq(child.lua_get("vim.iter(chat.messages):any(function(m) return m._meta.cumulative_tokens ~= nil end)"), false)
  eq(child.lua_get("chat.messages[#chat.messages].content"), "Fixed src/module_40.lua.")
  all_stored()
  eq(child.ask("timeline", { sessionId = child.lua_get("chat.session_id") }).compactions[1].compaction, 1)
end

T["a second compaction stands on the first, with one summary"] = function()
  for round = 1, 2 do
    turns(round * 100, round * 100 + 40)
    all_stored()
    child.lua("_G.problem = require('codecompanion').extensions.session_memory.compact(chat.bufnr)")
    eq(child.lua_get("_G.problem"), vim.NIL)
    all_stored()
  end
  local summaries = child.lua_get(
    [[vim.tbl_map(function(m) return m.content end, vim.tbl_filter(function(m) return m._meta.tag == "compact_summary" end, chat.messages))]]
  )
  eq(#summaries, 1)
  eq(summaries[1]:match("module_%d+") ~= nil, true)
end

T["the threshold compacts by itself"] = function()
  child.lua([[require("codecompanion.adapters.shared").context_window = function() return 20000 end]])
  child.lua([[
    local n = 0
    while n < 60 and not vim.tbl_contains(_G.roles(), "user:compact_summary") do
      n = n + 1
      _G.turn(n)
      vim.wait(50, function() return #require("session_memory").session(chat.session_id).queue == 0 end, 5)
    end
  ]])
  eq(vim.tbl_contains(child.lua_get("_G.roles()"), "user:compact_summary"), true)
end

T["/compact is answered at once, and by the chat itself where the server is gone"] = function()
  turns(1, 40)
  all_stored()
  child.lua(
    [[_G.in_flight = require("codecompanion.interactions.chat.context_management.compaction").compact(chat, { min_token_savings = 0 })]]
  )
  eq(child.lua_get("_G.in_flight"), false)
  eq(vim.tbl_contains(child.lua_get("_G.roles()"), "user:compact_summary"), true)
  -- Without a server the original runs; its request to a model is caught here.
  child.lua([[
    require("session_memory.client").stop(nil)
    package.loaded["codecompanion.interactions.background"] = { new = function() return { ask = function() _G.asked = true end } end }
  ]])
  child.wait([[require("session_memory.client").running() == nil]])
  child.lua(
    [[require("codecompanion.interactions.chat.context_management.compaction").compact(chat, { min_token_savings = 0 })]]
  )
  eq(child.lua_get("_G.asked"), true)
end

T["a call without its result is not cut through"] = function()
  turns(1, 40)
  child.lua(
    [[chat:add_message({ role = "llm", tool_calls = { { id = "open", type = "function", ["function"] = { name = "run", arguments = "{}" } } } }, { visible = false })]]
  )
  child.lua("_G.problem = require('codecompanion').extensions.session_memory.compact(chat.bufnr)")
  eq(child.lua_get("_G.problem"), "a tool is still running")
end

return T
