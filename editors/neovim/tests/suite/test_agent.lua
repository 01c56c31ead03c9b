-- The compacted context back into the agent of a session: a stand-in in a terminal of this Neovim tells the real server by the real hook,
-- and writes down what is typed into it.
local harness = require("harness")
local eq = MiniTest.expect.equality

local CORRECTION = "No, never write to the production bucket. Use the staging one."
local child, folder
local T = MiniTest.new_set({
  hooks = {
    pre_case = function()
      child, folder = harness.child(), harness.folder("agent")
      -- It feeds; without it the hook would start a process that does.
      child.ask("sessions")
      child.lua([[vim.g.clipboard = false]])
    end,
    post_case = function()
      child.stop()
    end,
  },
})

---A transcript in the form of Claude Code: a request, a correction, and work of so many rounds.
---@param rounds integer
---@param version? string
---@return string path
---@return integer events
local function transcript(rounds, version)
  local messages = {
    { role = "user", content = "Please move the exports to the new bucket." },
    { role = "assistant", content = { { type = "text", text = "I will write to the production bucket." } } },
    { role = "user", content = CORRECTION },
  }
  for round = 1, rounds do
    local id, file = "toolu_" .. round, ("src/export_%d.rs"):format(round)
    table.insert(messages, {
      role = "assistant",
      content = { { type = "tool_use", id = id, name = "Read", input = { file_path = file } } },
    })
    table.insert(messages, {
      role = "user",
      content = { { type = "tool_result", tool_use_id = id, content = ("a line of %s\n"):format(file):rep(100) } },
    })
  end
  local lines = {}
  for i, message in ipairs(messages) do
    lines[i] = vim.json.encode({
      parentUuid = i > 1 and "one-" .. (i - 1) or vim.NIL,
      isSidechain = false,
      userType = "external",
      cwd = "/w",
      sessionId = "one",
      version = version or "2.1.7",
      type = message.role,
      message = message,
      uuid = "one-" .. i,
      timestamp = ("2026-03-01T10:%02d:%02d.000Z"):format(math.floor(i / 60), i % 60),
    })
  end
  vim.fn.writefile(lines, folder .. "/one.jsonl")
  return folder .. "/one.jsonl", #lines
end

---What the hook is told of a session's start and of a prompt, and of the start of the one after `/clear`.
---@param path string
local function telling(path)
  local function payload(session, event, more)
    return vim.tbl_extend("force", {
      session_id = session,
      transcript_path = path,
      cwd = child.workspace,
      hook_event_name = event,
    }, more)
  end
  return {
    command = { harness.server, "hook", "--agent", "claude-code" },
    payloads = {
      payload("one", "SessionStart", { source = "startup" }),
      payload("one", "UserPromptSubmit", { prompt = "x" }),
    },
    clear = payload("two", "SessionStart", { source = "clear", transcript_path = folder .. "/two.jsonl" }),
  }
end

local function await(what, condition)
  if not vim.wait(15000, condition, 20) then
    error(what .. " did not come\nsaid: " .. vim.inspect(child.lua_get("_G.said")), 2)
  end
end

---Waits until the server has all that stands in the transcript.
local function await_events(events)
  await(events .. " events", function()
    return (child.ask("sessions").sessions[1] or {}).events == events
  end)
end

---The agent runs in a terminal of the child, and its session is known.
---@param shell? boolean a shell stands between
---@param ... any of its transcript
local function begin(shell, ...)
  local path, events = transcript(...)
  vim.fn.writefile({ vim.json.encode(telling(path)) }, folder .. "/hook.json")
  local command =
    { vim.v.progpath, "--headless", "--clean", "-l", harness.plugin .. "/tests/standins/agent.lua", folder }
  if shell then
    command = { "sh", "-c", table.concat(vim.tbl_map(vim.fn.shellescape, command), " ") .. "; true" }
  end
  child.lua(
    [[local command = ...
      vim.cmd("enew")
      if vim.fn.has("nvim-0.11") == 1 then
        _G.job = vim.fn.jobstart(command, { term = true })
      else
        _G.job = vim.fn.termopen(command)
      end
      vim.cmd("enew")
      -- Each call is kept: whether Enter went in alone cannot be seen at the other end of a busy machine.
      _G.sent = {}
      local chansend = vim.fn.chansend
      vim.fn.chansend = function(channel, text) table.insert(_G.sent, text); return chansend(channel, text) end]],
    { command }
  )
  await("the agent", function()
    return vim.uv.fs_stat(folder .. "/ready") ~= nil
  end)
  await_events(events)
end

---The agent runs elsewhere: here it is the process of the tests that calls the hook.
local function begin_elsewhere(...)
  local path, events = transcript(...)
  local told = telling(path)
  for _, payload in ipairs(told.payloads) do
    local out = vim
      .system(told.command, {
        stdin = vim.json.encode(payload),
        env = { SESSION_MEMORY_STATE_DIR = child.state, SESSION_MEMORY_CONFIG = folder .. "/none.toml" },
        text = true,
      })
      :wait()
    eq({ out.code, out.stderr }, { 0, "" })
  end
  await_events(events)
end

local function read(name)
  local file = io.open(folder .. "/" .. name, "rb")
  return file and file:read("*a"), file and file:close()
end

local function compactions()
  return #child.ask("timeline", { sessionId = "one" }).compactions
end

---Chooses the so-many-th way.
local function compact(number)
  child.choose(number)
  child.cmd("SessionMemory compact one")
end

T["/clear is typed into the agent's terminal, Enter alone, and the context comes back"] = function()
  begin(false, 40)
  compact(1)
  child.said("`/clear` was typed into the terminal of buffer %d+")
  eq(child.lua_get("_G.sent"), { "/clear", "\r" })
  local items = child.lua_get("_G.offered.items")
  eq(vim.list_slice(items, 1, 4), {
    "Clear the context of Claude Code and give it the memory",
    "Make a compacted session that Claude Code resumes",
    'to the unnamed register (")',
    "into a new buffer",
  })
  await("the context", function()
    return (read("given") or ""):find(CORRECTION, 1, true) ~= nil
  end)
  eq(read("typed"), "/clear\r")
  -- The hook has applied it.
  eq(compactions(), 1)
end

T["/resume is typed where a shell stands between, and the server applies the compaction"] = function()
  begin(true, 40)
  compact(2)
  local id = child.said("`/resume (%x+%-%x+%-%x+%-%x+%-%x+)` was typed")
  await("what was typed", function()
    return read("typed") == "/resume " .. id .. "\r"
  end)
  eq((read(id .. ".jsonl") or ""):find(CORRECTION, 1, true) ~= nil, true)
  await("the compaction", function()
    return compactions() > 0
  end)
  eq(compactions(), 1)
  eq(child.fn.getreg('"'), "")
end

T["an agent in no terminal of this Neovim: what to do is said, and the command is in a register"] = function()
  begin_elsewhere(40)
  compact(1)
  child.said("Type /clear in Claude Code")
  -- The hook applies it once the user has cleared, and nobody before.
  eq({ compactions(), child.fn.getreg('"') }, { 0, "" })
  compact(2)
  local id = child.said("claude %-%-resume (%S+) %(the command is in the unnamed register")
  eq(child.fn.getreg('"'), "claude --resume " .. id)
end

T["the command is in the clipboard where there is one"] = function()
  child.lua([[vim.g.clipboard = {
    name = "test",
    copy = { ["+"] = function(lines) _G.copied = lines end, ["*"] = function() end },
    paste = { ["+"] = function() return { {}, "v" } end, ["*"] = function() return { {}, "v" } end },
  }]])
  begin_elsewhere(40)
  compact(2)
  local id = child.said("claude %-%-resume (%S+) %(the command is in the clipboard")
  eq(child.lua_get("_G.copied"), { "claude --resume " .. id })
end

T["a terminal whose job has ended is not typed into"] = function()
  begin(false, 40)
  child.lua([[vim.fn.jobstop(_G.job); vim.fn.jobwait({ _G.job })]])
  compact(1)
  child.said("Type /clear in Claude Code")
  eq(child.lua_get("_G.sent"), {})
end

T["where another way had to be taken it is said why"] = function()
  begin_elsewhere(40, "9.0.0")
  compact(2)
  child.said("another way had to be taken: .*9%.0%.0")
  child.said("Type /clear in Claude Code")
end

T["where there is nothing to compact that is said, and nothing else is done"] = function()
  begin(false, 1)
  compact(2)
  child.said("There is nothing to compact")
  eq({ child.lua_get("_G.sent"), compactions(), child.fn.getreg('"') }, { {}, 0, "" })
end

T["an older server offers what it has; another fault is said"] = function()
  begin_elsewhere(40)
  child.lua([[local client = require("session_memory.client")
    local request = client.request
    client.request = function(root, method, params, cb)
      if method == "deliver" then return cb({ code = _G.code or -32601, message = "no such thing" }) end
      return request(root, method, params, cb)
    end]])
  compact(99)
  local rest = { 'to the unnamed register (")', "into a new buffer" }
  eq(child.wait("_G.offered.items"), rest)
  eq(child.lua_get("_G.said"), {})
  child.lua("_G.code, _G.offered = -32603, nil")
  compact(99)
  eq(child.wait("_G.offered.items"), rest)
  child.said("the ways into the agent of one are not known: no such thing")
end

return T
