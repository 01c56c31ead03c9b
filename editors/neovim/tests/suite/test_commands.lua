-- Every subcommand, with the real server under it; completion; autocommands; the status line; deliveries.
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

local function said(pattern)
  return child.wait(("table.concat(_G.said, '|'):match(%q)"):format(pattern))
end

local function choose(number)
  child.lua(
    [[local number = ...
      vim.ui.select = function(items, opts, on)
        _G.offered = { prompt = opts.prompt, items = vim.tbl_map(opts.format_item or tostring, items) }
        on(items[number])
      end]],
    { number }
  )
end

local function text()
  return table.concat(child.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
end

local function revision(number)
  child.wait(([[(function()
    local known = require("session_memory.state").get(require("session_memory.target").root())
    return known and known.memory and known.memory.revision >= %d
  end)()]]):format(number))
end

T["completion: subcommands, sessions, files"] = function()
  local complete = function(line)
    return child.fn.getcompletion(line, "cmdline")
  end
  eq(complete("SessionMemory re"), { "refresh", "restart", "restore" })
  eq(#complete("SessionMemory "), #child.lua_get([[require("session_memory.command").names]]))
  child.feed("one-talk", harness.conversation(1))
  child.feed("two-talk", harness.conversation(1))
  eq(complete("SessionMemory open "), { "one-talk", "two-talk" })
  eq(complete("SessionMemory forget tw"), { "two-talk" })
  child.fn.writefile({ "" }, child.workspace .. "/log.jsonl")
  eq(complete("SessionMemory attach lo"), { "log.jsonl" })
end

T["every subcommand has a file, and what is none is said"] = function()
  for _, name in ipairs(child.lua_get([[require("session_memory.command").names]])) do
    eq(child.lua_get(([[type(require("session_memory.command.%s").run)]]):format(name)), "function")
  end
  child.cmd("SessionMemory dance")
  said("there is no subcommand `dance`. There are: attach, build, compact")
  child.cmd("1SessionMemory history")
  said("`history` takes no range")
end

T["a session's id may be any text"] = function()
  local id = "a\nb/../|%s <x>"
  child.feed(id, harness.conversation(30))
  revision(1)
  child.cmd("SessionMemory status")
  child.wait([[vim.api.nvim_win_get_config(0).relative == "editor"]])
  eq(child.api.nvim_buf_get_lines(0, 0, 1, true), { "session   a b/../|%s <x>" })
  child.type_keys("q")
  choose(1)
  child.cmd("SessionMemory sessions")
  child.wait([[vim.fn.search("^## User Intent", "nw") > 0]])
  child.cmd("SessionMemory diff 0 1")
  child.wait([[vim.wo.diff]])
end

T["<Plug> maps lead to the commands"] = function()
  child.feed("talk", harness.conversation(2))
  child.cmd("nmap gs <Plug>(session-memory-status)")
  child.type_keys("gs")
  child.wait([[vim.api.nvim_win_get_config(0).relative == "editor"]])
  child.type_keys("q")
  child.wait([[vim.api.nvim_win_get_config(0).relative == ""]])
end

T["a workspace without sessions says how one begins"] = function()
  child.cmd("SessionMemory open")
  said("has no session yet. One begins when")
end

T["history lists the revisions and shows what one changed"] = function()
  child.feed("talk", harness.conversation(40))
  revision(1)
  choose(1)
  child.cmd("SessionMemory history")
  child.wait([[vim.wo.diff]])
  eq(child.lua_get("_G.offered.items[1]"):match("^r1 .*background") ~= nil, true)
  eq(text():match("## User Intent") ~= nil, true)
end

T["restore brings an earlier revision back"] = function()
  child.feed("talk", harness.conversation(30))
  revision(1)
  child.feed("talk", harness.conversation(60))
  child.ask("refresh", { sessionId = "talk" })
  revision(2)
  child.cmd("SessionMemory restore 1")
  said("r1 stands again, as revision 3")
  child.cmd("SessionMemory restore 77")
  said("restore r77 of talk: ")
end

T["search finds an event and shows it among its neighbours"] = function()
  child.feed("talk", harness.conversation(30))
  choose(1)
  child.cmd("SessionMemory search export of month 17")
  child.wait([[vim.api.nvim_buf_get_name(0):match("events%-65.md$")]])
  eq(child.api.nvim_get_current_line(), "# ^65 user")
  eq(text():match("Please make the export of month 17 use UTC") ~= nil, true)
  child.cmd("SessionMemory search zebra")
  said("nothing in .* has `zebra`")
end

T["refresh reports its progress as any language server"] = function()
  child.feed("talk", harness.conversation(3))
  child.lua([[_G.progress = {}
    vim.api.nvim_create_autocmd("LspProgress", { callback = function(args)
      table.insert(_G.progress, args.data.params.value.kind)
    end })]])
  child.cmd("SessionMemory refresh")
  said("revision 1, written by extractive")
  eq(child.lua_get("_G.progress"), { "begin", "end" })
end

T["pin makes the lines of a range the user's own, and pin! gives them back"] = function()
  child.feed("talk", harness.conversation(30))
  child.cmd("SessionMemory open talk")
  child.wait([[#vim.lsp.get_clients({ bufnr = 0, name = "session_memory" }) == 1]])
  local row = child.wait([[vim.fn.search("month 5 use", "n") > 0 and vim.fn.search("month 5 use", "n")]])
  child.cmd(("%d,%dSessionMemory pin"):format(row, row + 2))
  said("3 lines pinned")
  local function own()
    local n = 0
    for _, line in ipairs(child.ask("blame", { sessionId = "talk" }).lines) do
      n = n + (line.own and 1 or 0)
    end
    return n
  end
  eq(own(), 3)
  child.wait([[not vim.bo.modified]])
  child.cmd(("%dSessionMemory pin!"):format(row))
  said("1 line unpinned")
  eq(own(), 2)
  child.cmd("enew")
  child.cmd("SessionMemory pin")
  said("this buffer is no memory file")
end

T["explain, after a compaction"] = function()
  child.feed("talk", harness.conversation(40), { context_limit = 20000 })
  child.ask("compact", { sessionId = "talk" })
  child.cmd("SessionMemory explain")
  child.wait([[vim.api.nvim_win_get_config(0).relative == "editor"]])
  eq(#text() > 50, true)
end

T["compact! shows and applies nothing"] = function()
  child.feed("talk", harness.conversation(40), { context_limit = 20000 })
  child.cmd("SessionMemory compact!")
  child.wait([[vim.api.nvim_buf_get_name(0):match("compacted.md$")]])
  eq(vim.startswith(text(), "# Session memory"), true)
  said("preview, nothing is applied")
  eq(#child.ask("timeline", { sessionId = "talk" }).compactions, 0)
end

T["a list that is left applies nothing"] = function()
  child.feed("talk", harness.conversation(40), { context_limit = 20000 })
  choose(99)
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
  choose(2)
  child.cmd("SessionMemory compact")
  child.wait("_G.offered")
  local items = child.lua_get("_G.offered.items")
  eq(vim.tbl_contains(items, "never"), false)
  eq(items[#items], "into my agent")
  choose(#items)
  child.cmd("SessionMemory compact")
  said("my agent has it")
  eq(child.lua_get("_G.delivered.session"), "talk")
  eq(#child.ask("timeline", { sessionId = "talk" }).compactions, 1)
end

T["a session whose chat can compact itself is compacted in place"] = function()
  child.lua(
    [[require("session_memory").session("mine", { compact = function(done) _G.called = true; done(nil, "in place") end })]]
  )
  child.feed("mine", harness.conversation(2))
  child.cmd("SessionMemory compact")
  said("session%-memory: in place")
end

T["forget asks once more and leaves nothing"] = function()
  child.feed("talk", harness.conversation(30))
  revision(1)
  child.cmd("SessionMemory forget")
  said("forget: name the session")
  choose(1)
  child.cmd("SessionMemory forget talk")
  eq(#child.ask("sessions").sessions, 1)
  choose(2)
  child.cmd("SessionMemory forget talk")
  said("talk is forgotten")
  eq(child.ask("sessions").sessions, {})
  eq(child.fn.filereadable(child.workspace .. "/.session-memory/talk/session-memory.md"), 0)
end

T["attach follows an agent's transcript"] = function()
  local path = child.workspace .. "/talk.jsonl"
  local function line(n)
    return vim.json.encode({ role = n % 2 == 1 and "user" or "assistant", content = "line " .. n })
  end
  child.fn.writefile({ line(1), line(2) }, path)
  child.cmd("SessionMemory attach talk.jsonl")
  said("talk.jsonl %(messages%) is followed as session talk")
  child.fn.writefile({ line(3) }, path, "a")
  -- The answer comes before anything is stored.
  local events
  vim.wait(15000, function()
    events = (child.ask("sessions").sessions[1] or {}).events
    return events == 3
  end, 50)
  eq(events, 3)
end

T["log shows the newest log of the server"] = function()
  child.feed("talk", harness.conversation(1))
  child.cmd("SessionMemory log")
  child.wait([[vim.api.nvim_buf_get_name(0):find(vim.env.SESSION_MEMORY_STATE_DIR, 1, true) ~= nil]])
end

T["autocommands carry what the server told"] = function()
  child.lua(
    [[
    vim.api.nvim_create_autocmd("User", { pattern = "SessionMemoryUpdated", callback = function(a) _G.updated = a.data end })
    vim.api.nvim_create_autocmd("User", { pattern = "SessionMemoryPressure", callback = function(a) _G.pressure = a.data end })]]
  )
  child.feed("talk", harness.conversation(40), { context_limit = 40000 })
  local pressure = child.wait("_G.pressure")
  eq({ pressure.sessionId, pressure.pressure, pressure.root }, { "talk", "light", child.workspace })
  local updated = child.wait("_G.updated")
  eq({ updated.sessionId, updated.revision, updated.root }, { "talk", 1, child.workspace })
end

T["the status line component asks nothing while it is drawn"] = function()
  eq(child.lua_get([[require("session_memory").status()]]), "")
  eq(child.lua_get([[#vim.lsp.get_clients()]]), 0)
  child.feed("talk", harness.conversation(40), { context_limit = 40000 })
  revision(1)
  child.lua([[require("session_memory").status()]])
  child.lua([[local client = require("session_memory.client")
    local request = client.request
    _G.requests = 0
    client.request = function(...) _G.requests = _G.requests + 1; return request(...) end]])
  eq(child.lua_get([[require("session_memory").status()]]), "ctx 82% r1 light")
  child.lua([[for _ = 1, 1000 do require("session_memory").status() end]])
  eq(child.lua_get("_G.requests"), 0)
end

T["the status line shows a session that another process feeds"] = function()
  local other = harness.child({ workspace = child.workspace, state = child.state })
  other.feed("elsewhere", harness.conversation(30), { context_limit = 40000 })
  child.lua([[require("session_memory.client").start(nil, function() _G.up = true end)]])
  child.wait("_G.up")
  child.wait([[require("session_memory").status():match("^ctx %d+%%")]])
  other.stop()
end

T["lists through telescope, fzf-lua and snacks, each by its own interface"] = function()
  child.feed("talk", harness.conversation(30))
  -- What each picker is given, caught at its documented entry.
  child.lua([[
    package.loaded["fzf-lua"] = { fzf_exec = function(lines, opts) _G.fzf = lines; opts.actions["default"]({ lines[1] }) end }
    require("session_memory.config").get().picker = "fzf_lua"]])
  child.cmd("SessionMemory sessions")
  child.wait([[vim.api.nvim_buf_get_name(0):match("/talk/session%-memory%.md$")]])
  child.cmd("enew")
  child.lua([[
    package.loaded["snacks"] = { picker = { pick = function(opts)
      _G.snacks = opts.items[1].text
      opts.confirm({ close = function() end }, opts.items[1])
    end } }
    require("session_memory.config").get().picker = "snacks"]])
  child.cmd("SessionMemory sessions")
  child.wait([[vim.api.nvim_buf_get_name(0):match("/talk/session%-memory%.md$")]])
  -- A picker that is set but broken: the list is shown all the same.
  child.lua([[require("session_memory.config").get().picker = "telescope"]])
  choose(1)
  child.cmd("SessionMemory sessions")
  said("the picker telescope failed, so vim.ui.select is used")
  child.wait("_G.offered")
end

return T
