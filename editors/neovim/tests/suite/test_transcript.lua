-- A real conversation through the Lua API, as a chat would feed it: from ../shared/transcripts where that is there, else the server's sample.
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

---@return string path of a transcript of Claude Code
local function transcript()
  local shared = harness.plugin .. "/../../../shared/transcripts/claude-code/entire-long-06-v2.0.76-1compact.jsonl"
  return vim.uv.fs_stat(shared) and shared or harness.plugin .. "/../../src/cli/sample.jsonl"
end

-- Runs in the child: large texts need not cross its pipe.
local feed = [[
  local path = ...
  local session = require("session_memory").session("talk", { agent = "real", context_limit = 200000 })
  _G.acked, _G.given, _G.failed = 0, 0, {}
  local batch = {}
  local function send()
    local size = #batch
    _G.given = _G.given + size
    session:append(batch, function(err) if err then table.insert(_G.failed, err.message) else _G.acked = _G.acked + size end end)
    batch = {}
  end
  for line in io.lines(path) do
    local row = vim.json.decode(line)
    if (row.type == "user" or row.type == "assistant") and row.isSidechain ~= true then
      local message = { role = row.message.role, content = row.message.content }
      table.insert(batch, { type = "message", id = row.uuid, at = row.timestamp, message = message, meta = row.isMeta == true or nil })
      if #batch == 7 then send() end
    end
  end
  if #batch > 0 then send() end
]]

T["every message is stored once, and the compaction is a valid request"] = function()
  child.lua(feed, { transcript() })
  child.wait("_G.acked == _G.given", 60000)
  eq(child.lua_get("_G.failed"), {})
  eq(child.ask("sessions").sessions[1].events, child.lua_get("_G.given"))
  -- A second time: nothing is stored twice.
  child.lua(feed, { transcript() })
  child.wait("_G.acked == _G.given", 60000)
  eq(child.ask("sessions").sessions[1].events, child.lua_get("_G.given"))

  child.lua([[require("session_memory").session("talk"):compact({ format = "anthropic" }, function(err, result)
    _G.compacted = { err = err, result = result }
  end)]])
  local answer = child.wait("_G.compacted", 60000)
  eq(answer.err, nil)
  local result = answer.result
  eq({ result.compacted, result.tokensAfter < result.tokensBefore }, { true, true })
  local open, last = {}, nil
  for i, message in ipairs(result.messages) do
    eq({ i, message.role ~= last }, { i, true })
    last = message.role
    for _, block in ipairs(type(message.content) == "table" and message.content or {}) do
      if block.type == "tool_use" then
        open[block.id] = true
      elseif block.type == "tool_result" then
        eq({ block.tool_use_id, open[block.tool_use_id] }, { block.tool_use_id, true })
        open[block.tool_use_id] = nil
      end
    end
  end
  local memory = assert(require("session_memory.chats.feed").answer(result)).memory
  eq(memory:match("\n## ") ~= nil, true)
end

return T
