-- avante.nvim: summarize_memory() is answered from the session memory. Runs against the real modules where they are there (chats.lua).
local harness = require("harness")
local chats = require("chats")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({
  hooks = {
    pre_case = function()
      child = harness.child({ rtp = chats.rtp("avante.nvim", { "plenary.nvim", "nui.nvim" }) })
      child.lua([[
        local Message = require("avante.history.message")
        local llm = require("avante.llm")
        _G.original_of = {}
        llm.summarize_memory = function(prev, messages, cb)
          table.insert(_G.original_of, #messages)
          cb(nil)
        end
        require("session_memory.chats").attach("Avante")
        _G.history = { messages = {}, filename = "0.json", timestamp = "2026-11-25 10:00:00", title = "t" }
        require("avante").sidebars[vim.api.nvim_get_current_tabpage()] = { chat_history = _G.history }
        function _G.turn(n)
          local add = function(role, content, opts)
            table.insert(history.messages, Message:new(role, content, opts))
          end
          add("user", ("Please fix src/module_%d.lua, month %d. "):format(n, n), { is_user_submission = true })
          add("assistant", { type = "tool_use", id = "call-" .. n, name = "view", input = { path = "src/module_" .. n .. ".lua" } })
          add("user", { type = "tool_result", tool_use_id = "call-" .. n, content = ("line %d of a file\n"):format(n):rep(200), is_error = false })
          add("assistant", "Fixed src/module_" .. n .. ".lua.")
          add("assistant", "only shown", { just_for_display = true })
        end
        function _G.sum(messages)
          _G.memory = nil
          llm.summarize_memory(nil, messages or history.messages, function(memory) _G.memory = memory or false end)
        end
      ]])
    end,
    post_case = function()
      child.stop()
    end,
  },
})

T["the memory stands for everything up to the tail, and no model is asked"] = function()
  child.lua(
    "for n = 1, 40 do _G.turn(n) end; require('session_memory.client').start(nil, function(problem) _G.up = problem or true end)"
  )
  child.wait("_G.up == true")
  child.lua("_G.sum()")
  child.wait("_G.memory")
  eq(child.lua_get("_G.original_of"), {})
  local memory = child.lua_get("_G.memory")
  eq(vim.startswith(memory.content, "# Session memory"), true)
  -- The tail begins right behind the last message that is summed up, and not between a call and its result.
  local at = child.lua([[
    for i, message in ipairs(history.messages) do
      if message.uuid == _G.memory.last_message_uuid then return i end
    end
  ]])
  eq(at > 50 and at < 200, true)
  eq(child.lua_get("history.messages[" .. at .. "].timestamp"), memory.last_summarized_timestamp)
  eq(
    child.lua_get(
      ("vim.iter(vim.list_slice(history.messages, 1, %d)):fold(0, function(n, m) local c = m.message.content; local t = type(c) == 'table' and c[1].type; return n + (t == 'tool_use' and 1 or t == 'tool_result' and -1 or 0) end)"):format(
        at
      )
    ),
    0
  )
  -- 40 turns of four messages; what is only shown is no part of the conversation.
  eq(child.ask("sessions").sessions[1].events, 160)
end

T["messages of a sub-agent go to the original"] = function()
  child.lua([[for n = 1, 3 do _G.turn(n) end
    _G.sum({ require("avante.history.message"):new("user", "of somebody else") })]])
  eq(child.lua_get("_G.original_of"), { 1 })
end

T["a conversation that is small already goes to the original"] = function()
  child.lua("_G.turn(1); _G.sum()")
  child.wait("#_G.original_of == 1")
end

T["a submit feeds what there is"] = function()
  child.lua([[for n = 1, 3 do _G.turn(n) end
    vim.api.nvim_exec_autocmds("User", { pattern = "AvanteInputSubmitted", data = { request = "x" } })]])
  child.wait([[require("session_memory.client").running() ~= nil]])
  local seen
  vim.wait(10000, function()
    seen = child.ask("sessions").sessions[1]
    return seen and seen.events == 12
  end, 20)
  eq(seen.events, 12)
end

T["without a server the original is asked"] = function()
  child.lua([[require("session_memory.binary").find = function() return nil, "there is none" end
    for n = 1, 3 do _G.turn(n) end
    _G.sum()]])
  child.wait("#_G.original_of == 1")
end

return T
