-- CopilotChat.nvim: its callback feeds, the threshold fills the chat anew. Runs against the real plugin where it is there (chats.lua).
local harness = require("harness")
local chats = require("chats")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({
  hooks = {
    pre_case = function()
      child =
        harness.child({ rtp = chats.rtp("CopilotChat.nvim", { "plenary.nvim" }), config = "chats = { trigger = 0.5 }" })
      child.lua([[
        require("session_memory.session").SYNC_MS = 10000
        _G.theirs = 0
        require("CopilotChat").setup({ callback = function() _G.theirs = _G.theirs + 1 end })
        require("CopilotChat").open()
        _G.chat = require("CopilotChat").chat
        -- A turn as ask() makes it: the prompt takes the place of what was typed, then callback, reply, a new prompt.
        function _G.turn(n, count, limit)
          local words = ("module_%d of the program is to use UTC.\n"):format(n):rep(40)
          chat:add_message({ role = "user", content = "\nPlease fix src/module_" .. n .. ".lua\n" .. words }, true)
          local reply = { role = "assistant", content = "\nFixed src/module_" .. n .. ".lua\n" .. words }
          require("CopilotChat").config.callback(reply, chat:get_source())
          chat:add_message(reply, true)
          chat.token_count, chat.token_max_count = count, limit
          chat:add_message({ role = "user", content = "" })
          chat:finish()
          -- The turn of the loop in which the plugin looks ends here.
          vim.wait(20)
        end
        function _G.stored()
          return _G.session and #_G.session.queue == 0
        end
      ]])
      child.wait([[vim.bo[chat.bufnr].filetype == "copilot-chat"]])
    end,
    post_case = function()
      child.stop()
    end,
  },
})

local function turn(n, count, limit)
  child.lua("_G.turn(...)", { n, count or 10, limit or 128000 })
end

T["each reply feeds the session, and the user's own callback still runs"] = function()
  for n = 1, 5 do
    turn(n)
  end
  child.wait([[vim.b[chat.bufnr].session_memory_session ~= nil]])
  local id = child.lua_get("vim.b[chat.bufnr].session_memory_session")
  local seen
  vim.wait(10000, function()
    seen = child.ask("sessions").sessions[1]
    return seen and seen.events == 10
  end, 20)
  eq({ seen.sessionId, seen.agent, seen.events }, { id, "copilotchat", 10 })
  eq(child.lua_get("_G.theirs"), 5)
end

T["at the threshold the chat is filled again with the memory and the newest messages"] = function()
  for n = 1, 40 do
    turn(n)
  end
  local before = child.lua_get("#chat:get_messages()")
  turn(41, 100000, 128000)
  child.wait([[chat:get_messages()[1].session_memory ~= nil]])
  local messages = child.lua_get(
    [[vim.tbl_map(function(m) return { role = m.role, content = m.content, id = m.id } end, chat:get_messages())]]
  )
  eq(#messages < before, true)
  eq(vim.startswith(messages[1].content, "**Session memory**"), true)
  eq(messages[1].content:match("\n## User Intent\n") ~= nil, true)
  eq(messages[#messages].role, "user")
  eq(messages[#messages - 1].content:match("Fixed src/module_41.lua") ~= nil, true)
  -- The session goes on: the memory itself is no message of it.
  turn(42)
  local id = child.lua_get("vim.b[chat.bufnr].session_memory_session")
  local seen
  vim.wait(10000, function()
    seen = child.ask("sessions").sessions
    return seen[1].events == 84
  end, 20)
  eq({ #seen, seen[1].sessionId, seen[1].events }, { 1, id, 84 })
end

T["a chat that was reset is another session"] = function()
  turn(1)
  local first = child.wait("vim.b[chat.bufnr].session_memory_session")
  child.lua("chat:clear(); chat:add_message({ role = 'user', content = '' })")
  turn(2)
  child.wait(("vim.b[chat.bufnr].session_memory_session ~= %q"):format(first))
end

return T
