-- Settings: where they come from, what is refused, and that a project cannot set what decides where a conversation goes.
local harness = require("harness")
local eq = MiniTest.expect.equality

local child
local T = MiniTest.new_set({ hooks = {
  post_case = function()
    child.stop()
  end,
} })

local function get(name)
  return child.lua_get(([[require("session_memory.config").get().%s]]):format(name))
end

local function problems()
  child.lua([[require("session_memory.config").get()]])
  return table.concat(child.lua_get([[require("session_memory.config").problems]]), "\n")
end

T["defaults need nothing"] = function()
  child = harness.child({ bin = false })
  eq(get("picker"), "auto")
  eq(problems(), "")
end

T["a table, a function, setup(): the later wins"] = function()
  child = harness.child({ bin = false })
  child.lua([[vim.g.session_memory = { picker = "select", context_limit = 5000 }]])
  eq({ get("picker"), get("context_limit") }, { "select", 5000 })
  child.lua(
    [[vim.g.session_memory = function() return { context_limit = 6000 } end; require("session_memory").setup({ picker = "telescope" })]]
  )
  eq({ get("picker"), get("context_limit") }, { "telescope", 6000 })
end

T["what is not accepted is said with what would be, and the default stands"] = function()
  child = harness.child({
    bin = false,
    config = "pickr = 'x', context_limit = 'many', chats = { trigger = 7, emacs = true }",
  })
  local said = problems()
  for _, part in ipairs({
    "there is no setting `pickr`",
    '`context_limit` is "many", wanted: a number of tokens from 1000',
    "`chats.trigger` is 7, wanted: a share from 0.1 to 1",
    "there is no setting `chats.emacs`",
  }) do
    eq({ part, said:find(part, 1, true) ~= nil }, { part, true })
  end
  eq({ get("context_limit"), get("chats.trigger") }, { 200000, 0.8 })
  child.wait([[_G.said[1]:match("The defaults stand")]])
  eq(pcall(child.lua, [[require("session_memory").setup(7)]]), false)
end

T["the user's settings reach the server as the user's"] = function()
  child = harness.child({
    config = "user = { provider = 'openai', baseUrl = 'http://127.0.0.1:9/v1', model = 'm' }, settings = { memoryTokens = 4000 }",
  })
  child.lua([[require("session_memory.client").start(nil, function(problem) _G.up = problem or true end)]])
  child.wait("_G.up == true")
  eq(
    child.lua_get(
      [[require("session_memory.client").running().server_capabilities.experimental.sessionMemory.provider]]
    ),
    "openai"
  )
end

T["a key comes from a function, and only when the server starts"] = function()
  child = harness.child()
  child.lua(
    [[vim.g.session_memory = { bin = ... }
      require("session_memory").setup({ credentials = function() _G.asked = (_G.asked or 0) + 1; return { anthropic = "k" } end })]],
    { harness.server }
  )
  eq(child.lua_get("_G.asked"), vim.NIL)
  child.lua([[require("session_memory.client").start(nil, function(problem) _G.up = problem or true end)]])
  child.wait("_G.up == true")
  eq(child.lua_get("_G.asked"), 1)
end

---Starts Neovim as its user does, with a configuration and 'exrc', in a workspace whose .nvim.lua the user trusts.
---@param lines string[] of the workspace's .nvim.lua
---@param own? string Lua of the user's own init.lua
---@return table the settings that come of it
local function in_project(lines, own)
  local workspace, xdg = harness.folder("workspace"), harness.folder("xdg")
  vim.fn.writefile(lines, workspace .. "/.nvim.lua")
  vim.fn.mkdir(xdg .. "/nvim", "p")
  vim.fn.writefile({
    "vim.opt.rtp:prepend(vim.env.SM_TEST_PLUGIN)",
    "local b = vim.fn.bufadd(vim.fn.getcwd() .. '/.nvim.lua')",
    "vim.fn.bufload(b)",
    "vim.secure.trust({ action = 'allow', bufnr = b })",
    "vim.cmd.bwipeout(b)",
    "vim.o.exrc = true",
    own or "",
  }, xdg .. "/nvim/init.lua")
  local report = [[lua vim.schedule(function()
    local config = require("session_memory.config")
    local c = config.get()
    io.stdout:write("REPORT" .. vim.json.encode({
      ran = vim.g.ran_local, bin = c.bin, user = c.user, keys = c.credentials, picker = c.picker, settings = c.settings, problems = config.problems,
    }) .. "\n")
    vim.cmd("qa!")
  end)]]
  local out = vim
    .system({ vim.v.progpath, "--headless", "-n", "-c", (report:gsub("\n", " ")) }, {
      cwd = workspace,
      text = true,
      timeout = 20000,
      env = {
        XDG_CONFIG_HOME = xdg,
        XDG_STATE_HOME = xdg,
        XDG_DATA_HOME = xdg,
        XDG_CACHE_HOME = xdg,
        SM_TEST_PLUGIN = harness.plugin,
      },
    })
    :wait()
  local found = out.stdout:match("REPORT([^\n]*)")
  if not found then
    error(vim.inspect(out))
  end
  found = vim.json.decode(found)
  eq(found.ran, 1)
  found.problems = table.concat(found.problems, "\n")
  return found
end

T["a project's file cannot name a provider, a program or keys through vim.g"] = function()
  child = harness.child()
  local found = in_project({
    "vim.g.ran_local = 1",
    "vim.g.session_memory = { bin = '/bin/true', user = { provider = 'openai', baseUrl = 'http://evil' }, credentials = {}, settings = { memoryTokens = 4000 } }",
  })
  eq({ found.bin, found.user, found.keys }, { nil, {}, nil })
  eq(found.settings, { memoryTokens = 4000 })
  eq(found.problems:find("`user` is not taken from vim.g while ", 1, true) ~= nil, true)
end

T["nor through setup()"] = function()
  child = harness.child()
  local found = in_project({
    "vim.g.ran_local = 1",
    "require('session_memory').setup({ bin = '/bin/true', user = { provider = 'openai' }, picker = 'select' })",
  })
  eq({ found.bin, found.user, found.picker }, { nil, {}, "select" })
  eq(found.problems:find(".nvim.lua. Put it into setup() in your own init.lua", 1, true) ~= nil, true)
end

T["setup() in the user's own configuration is taken in such a project"] = function()
  child = harness.child()
  local found =
    in_project({ "vim.g.ran_local = 1" }, [[require("session_memory").setup({ user = { provider = "anthropic" } })]])
  eq(found.user, { provider = "anthropic" })
  eq(found.problems, "")
end

T["the build step's copy is found, with the program in the plugin's bin"] = function()
  child = harness.child({ bin = false, env = { PATH = "/nowhere" } })
  local folder = harness.folder("plugin")
  child.lua(
    [[local folder, server = ...
      require("session_memory.binary").plugin_dir = function() return folder end
      _G.problem = require("session_memory.build").install(server, "session-memory")
      _G.path = require("session_memory.binary").find(vim.fn.getcwd())]],
    { folder, harness.server }
  )
  eq(child.lua_get("_G.problem"), vim.NIL)
  eq(child.lua_get("_G.path"), folder .. "/bin/session-memory")
  child.lua([[require("session_memory.build").run(function(problem) _G.built = problem end)]])
  eq(child.wait("_G.built"):match("nothing to build") ~= nil, true)
end

T["the build step runs cargo in the checkout around the plugin and says what fails"] = function()
  -- A release build takes minutes: cargo is a script here that notes how it was called.
  local checkout, path = harness.folder("checkout"), harness.folder("path")
  vim.fn.mkdir(checkout .. "/editors/neovim", "p")
  vim.fn.writefile({ "[package]", 'name = "session-memory"' }, checkout .. "/Cargo.toml")
  vim.fn.writefile({
    "#!/bin/sh",
    'echo "$PWD $*" > called',
    "[ -e broken ] && { echo 'error: no such crate' >&2; exit 101; }",
    "mkdir -p target/release && cp " .. harness.server .. " target/release/session-memory",
  }, path .. "/cargo")
  vim.fn.setfperm(path .. "/cargo", "rwxr-xr-x")
  child = harness.child({ bin = false, env = { PATH = path .. ":/usr/bin:/bin", CARGO_TARGET_DIR = false } })
  child.lua(
    "local dir = ...; require('session_memory.binary').plugin_dir = function() return dir end",
    { checkout .. "/editors/neovim" }
  )
  child.cmd("SessionMemory build")
  child.wait([[table.concat(_G.said, "|"):match("the server of .* runs")]])
  eq(vim.fn.readfile(checkout .. "/called"), { checkout .. " build --release --locked" })
  eq(vim.fn.executable(checkout .. "/editors/neovim/bin/session-memory"), 1)
  vim.fn.writefile({}, checkout .. "/broken")
  child.cmd("SessionMemory build")
  child.wait([[table.concat(_G.said, "|"):match("error: no such crate")]])
end

return T
