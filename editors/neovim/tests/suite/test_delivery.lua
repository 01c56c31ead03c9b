-- Where a compacted context goes: registers, buffers, what another plugin registered.
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

T["a list that is left applies nothing"] = function()
  child.feed("talk", harness.conversation(40), { context_limit = 20000 })
  child.choose(99)
  child.cmd("SessionMemory compact")
  child.wait("_G.offered")
  eq(#child.ask("timeline", { sessionId = "talk" }).compactions, 0)
end

T["a delivery that was registered is offered where it can take the session"] = function()
  child.feed("talk", harness.conversation(40), { context_limit = 20000 })
  child.lua([[
    local sm = require("session_memory")
    sm.register_delivery({ name = "never", label = "never", available = function() return false end, deliver = function() end })
    sm.register_delivery({ name = "mine", label = "into my agent", deliver = function(content, done)
      _G.delivered = content
      done(nil, "my agent has it")
    end })]])
  child.choose(2)
  child.cmd("SessionMemory compact")
  child.wait("_G.offered")
  local items = child.lua_get("_G.offered.items")
  eq(vim.tbl_contains(items, "never"), false)
  eq(items[#items], "into my agent")
  child.choose(#items)
  child.cmd("SessionMemory compact")
  child.said("my agent has it")
  eq(child.lua_get("_G.delivered.session"), "talk")
  eq(#child.ask("timeline", { sessionId = "talk" }).compactions, 1)
end

return T
