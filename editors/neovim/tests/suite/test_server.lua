-- The server's life: missing, wrong, killed, stopped, shared. What was appended is never lost and nothing waits.
local harness = require("harness")
local eq = MiniTest.expect.equality

local children = {}
local function new(opts)
  local child = harness.child(opts)
  table.insert(children, child)
  return child
end

local T = MiniTest.new_set({
  hooks = {
    post_case = function()
      for _, child in ipairs(children) do
        child.stop()
      end
      children = {}
    end,
  },
})

local pid = [[(function()
  local client = require("session_memory.client").running()
  if not client then return nil end
  for _, process in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
    local info = vim.api.nvim_get_proc(process)
    if info and info.name == "session-memory" then return process end
  end
end)()]]

T["a missing program is said, with the fix, and nothing is lost"] = function()
  local child = new({ bin = false, env = { PATH = "/nowhere" } })
  child.lua(
    [[require("session_memory").session("talk"):append({ { type = "message", message = { role = "user", content = "hello" } } })]]
  )
  local said = child.wait("_G.said[1]")
  eq(
    said:match("session talk: the program session%-memory is not on PATH .* What comes in is kept .* Build it") ~= nil,
    true
  )
  child.cmd("SessionMemory open talk")
  child.wait([[table.concat(_G.said, "\n"):match("open talk: ")]])
  -- The program turns up: what waited is stored.
  child.lua("vim.g.session_memory = { bin = ... }; require('session_memory').setup()", { harness.server })
  child.cmd("SessionMemory restart")
  child.wait([[#require("session_memory").session("talk").queue == 0]])
  eq(child.ask("sessions").sessions[1].events, 1)
end

T["a program of another version is refused, with the fix"] = function()
  local folder = harness.folder("wrong")
  local path = folder .. "/session-memory"
  vim.fn.writefile({ "#!/bin/sh", "echo session-memory 9.0.0" }, path)
  vim.fn.setfperm(path, "rwxr-xr-x")
  local child = new({ bin = path })
  child.cmd("SessionMemory restart")
  local said = child.wait("_G.said[1]")
  eq(said:match("it is version 9.0.0; this plugin needs 0.1.x. Build it") ~= nil, true)
end

T["a program on PATH that lies in the workspace is not run"] = function()
  local workspace = harness.folder("workspace")
  vim.uv.fs_copyfile(harness.server, workspace .. "/session-memory")
  local child = new({ bin = false, workspace = workspace, env = { PATH = workspace } })
  child.cmd("SessionMemory restart")
  eq(child.wait("_G.said[1]"):match("is inside the workspace and is not run") ~= nil, true)
end

T["killed in the middle, it comes back and has every event once"] = function()
  local child = new()
  child.lua([[require("session_memory.restart").first_ms = 20]])
  child.feed("talk", harness.conversation(5))
  local first = child.wait(pid)
  -- Appended and killed in one turn: some are under way, some wait.
  child.lua(
    [[local events, process = ...
      _G.answers = 0
      local session = require("session_memory").session("talk")
      for i, event in ipairs(events) do
        session:append({ event }, function(err) if not err then _G.answers = _G.answers + 1 end end)
        if i == 10 then vim.uv.kill(process, "sigkill") end
      end]],
    { harness.conversation(10), first }
  )
  child.wait("_G.answers == 40", 20000)
  eq(child.ask("sessions").sessions[1].events, 40)
  eq(child.wait(pid) ~= first, true)
  eq(child.lua_get([[table.concat(_G.said, "\n"):match("died") ~= nil]]), true)
end

T["an event that the server refuses is told to its sender, and the rest goes on"] = function()
  local child = new()
  child.lua([[
    local session = require("session_memory").session("talk")
    _G.errors = {}
    local function note(err) table.insert(_G.errors, err and err.code or 0) end
    session:append({ { type = "message", message = { role = "user", content = "one" } } }, note)
    session:append({ { type = "nonsense" } }, note)
    session:append({ { type = "message", message = { role = "assistant", content = "two" } } }, note)]])
  child.wait("#_G.errors == 3")
  eq(child.lua_get("_G.errors"), { 0, -32602, 0 })
  eq(child.ask("sessions").sessions[1].events, 2)
  eq(pcall(child.lua, [[require("session_memory").session("")]]), false)
end

T["what waits is bounded, and what was not taken is said"] = function()
  local child = new({ bin = false, env = { PATH = "/nowhere" } })
  local taken = child.lua([[
    require("session_memory.session").MOST_WAITING = 3
    local session = require("session_memory").session("talk")
    local refused
    local function event(n) return { type = "message", message = { role = "user", content = "text " .. n } } end
    session:append({ event(1), event(2) })
    session:append({ event(3), event(4) }, function(err) refused = err and err.message end)
    session:append({ event(5) })
    return { session.waiting, refused }]])
  eq(taken, { 3, "2 events wait already: nothing was taken" })
end

T["an open memory file is attached again"] = function()
  local child = new()
  child.lua([[require("session_memory.restart").first_ms = 20]])
  child.feed("talk", harness.conversation(40))
  child.cmd("SessionMemory open talk")
  child.wait([[#vim.lsp.get_clients({ bufnr = 0, name = "session_memory" }) == 1]])
  local first = child.lua_get([[vim.lsp.get_clients({ bufnr = 0 })[1].id]])
  child.lua("vim.uv.kill(..., 'sigkill')", { child.wait(pid) })
  child.wait(
    ([[(vim.lsp.get_clients({ bufnr = 0, name = "session_memory" })[1] or { id = %d }).id ~= %d]]):format(first, first)
  )
end

T["each death waits longer, up to half a minute"] = function()
  local child = new()
  eq(
    child.lua_get([[vim.tbl_map(require("session_memory.restart").delay, { 1, 2, 3, 7, 8, 50 })]]),
    { 500, 1000, 2000, 30000, 30000, 30000 }
  )
end

T["stopped, it stays down until it is needed"] = function()
  local child = new()
  child.feed("talk", harness.conversation(2))
  child.cmd("SessionMemory stop")
  child.wait([[require("session_memory.client").running() == nil]])
  child.wait([[vim.tbl_contains(_G.said, "session-memory: the server of " .. vim.fn.getcwd() .. " is stopped")]])
  child.feed("talk", harness.conversation(3))
  eq(child.ask("sessions").sessions[1].events, 12)
end

T["two Neovims on one workspace feed one session"] = function()
  local one = new()
  local two = new({ workspace = one.workspace, state = one.state })
  one.feed("talk", harness.conversation(20))
  two.feed("talk", harness.conversation(25))
  two.feed("other", harness.conversation(2))
  local seen = {}
  for _, session in ipairs(one.ask("sessions").sessions) do
    seen[session.sessionId] = session.events
  end
  eq(seen, { talk = 100, other = 8 })
  one.cmd("SessionMemory open talk")
  one.wait([[vim.api.nvim_buf_get_name(0):match("/talk/session%-memory%.md$")]])
end

T["the one call that waits gives up in time, and the chat goes on"] = function()
  local child = new()
  child.feed("talk", harness.conversation(2))
  child.lua("vim.uv.kill(..., 'sigstop')", { child.wait(pid) })
  local result = child.lua([[
    local err = require("session_memory").session("talk"):compact_sync()
    return err]])
  eq(result.code, -32097)
  child.lua("vim.uv.kill(..., 'sigcont')", { child.lua_get(pid) })
  child.feed("talk", harness.conversation(3))
end

T["vim.lsp.enable shares the plugin's server"] = function()
  local child = new()
  if child.fn.has("nvim-0.11") == 0 then
    MiniTest.skip("Neovim 0.11 brings vim.lsp.enable")
  end
  child.feed("talk", harness.conversation(2))
  child.lua([[vim.lsp.enable("session_memory")]])
  child.cmd("edit notes.md")
  child.wait([[#vim.lsp.get_clients({ bufnr = 0, name = "session_memory" }) == 1]])
  eq(child.lua_get([[#vim.lsp.get_clients({ name = "session_memory" })]]), 1)
  eq(child.lua_get([[require("session_memory.client").running().id == vim.lsp.get_clients({ bufnr = 0 })[1].id]]), true)
end

T["vim.lsp.enable alone starts the server, and the plugin uses it"] = function()
  local child = new()
  if child.fn.has("nvim-0.11") == 0 then
    MiniTest.skip("Neovim 0.11 brings vim.lsp.enable")
  end
  child.lua([[vim.lsp.enable("session_memory")]])
  child.cmd("edit notes.md")
  child.wait([[require("session_memory.client").running() ~= nil]])
  child.feed("talk", harness.conversation(2))
  eq(child.lua_get([[#vim.lsp.get_clients({ name = "session_memory" })]]), 1)
end

T["nothing of Neovim that is deprecated is used"] = function()
  local child = new()
  if child.fn.has("nvim-0.11") == 0 then
    MiniTest.skip("Neovim 0.11 keeps a list")
  end
  child.feed("talk", harness.conversation(40), { context_limit = 60000 })
  child.cmd("SessionMemory open talk")
  child.wait([[#vim.lsp.get_clients({ bufnr = 0, name = "session_memory" }) == 1]])
  child.cmd("SessionMemory log!")
  child.cmd("checkhealth session_memory")
  child.cmd("checkhealth vim.deprecated")
  local report = table.concat(child.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
  eq(report:match("No deprecated functions detected") or report, "No deprecated functions detected")
end

return T
