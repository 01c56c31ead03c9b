-- Transcripts that are followed: one that is named, and one of those that the server finds.
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

T["attach follows an agent's transcript"] = function()
  local path = child.workspace .. "/talk.jsonl"
  local function line(n)
    return vim.json.encode({ role = n % 2 == 1 and "user" or "assistant", content = "line " .. n })
  end
  child.fn.writefile({ line(1), line(2) }, path)
  child.cmd("SessionMemory attach talk.jsonl")
  child.said("talk.jsonl %(messages%) is followed as session talk")
  child.fn.writefile({ line(3) }, path, "a")
  -- The answer comes before anything is stored.
  local events
  vim.wait(15000, function()
    events = (child.ask("sessions").sessions[1] or {}).events
    return events == 3
  end, 50)
  eq(events, 3)
end

T["attach alone, where there is nothing to offer, says what to do"] = function()
  child.lua(
    [[require("session_memory.client").request(nil, "discover", {}, function(err) _G.answered = err or "there" end)]]
  )
  local answered = child.wait("_G.answered")
  child.cmd("SessionMemory attach")
  if answered == "there" then
    child.said("no agent has a session in .*attach {file}")
  else
    eq(answered.code, -32601)
    child.said("attach: name the transcript file")
  end
end

T["attach alone offers what agents have, and follows what is chosen"] = function()
  -- Where agents keep sessions is the server's business: here its answer is given, and the import is the server's own.
  local path = harness.folder("agent") .. "/abc.jsonl"
  child.fn.writefile({ vim.json.encode({ role = "user", content = "Move the exports." }) }, path)
  child.lua(
    [[local path = ...
      local client = require("session_memory.client")
      local request = client.request
      client.request = function(root, method, params, cb)
        if method ~= "discover" then return request(root, method, params, cb) end
        local row = { agent = "pi", path = path, sessionId = "abc", title = "Move\nthe exports", modifiedAt = "2026-03-01T10:00:00Z",
          live = true, attached = false, by = vim.NIL }
        cb(nil, { sessions = _G.none and {} or { row, vim.tbl_extend("force", row, { sessionId = "old", title = vim.NIL, attached = true, by = "hook" }) } })
      end]],
    { path }
  )
  child.choose(2)
  child.cmd("SessionMemory attach")
  child.said("session old is followed already")
  eq(child.lua_get("_G.offered.items"), {
    "pi             2026-03-01T10:00:00Z  live      Move the exports",
    "pi             2026-03-01T10:00:00Z  followed  old",
  })
  eq(child.ask("sessions").sessions, {})
  child.choose(1)
  child.cmd("SessionMemory attach")
  child.said("abc.jsonl %(messages%) is followed as session abc")
  local events
  vim.wait(15000, function()
    events = (child.ask("sessions").sessions[1] or {}).events
    return events == 1
  end, 50)
  eq(events, 1)
  child.lua("_G.none = true")
  child.cmd("SessionMemory attach")
  child.said("no agent has a session in .*attach {file}")
end

return T
