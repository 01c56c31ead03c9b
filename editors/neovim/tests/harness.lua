-- A child Neovim with folders of its own (workspace, XDG, the server's state) and the real server. Waits are for conditions, with a deadline.
local M = {}

local here = vim.fs.dirname(vim.fs.normalize(debug.getinfo(1, "S").source:sub(2)))
M.plugin = vim.fs.dirname(here)
M.server = vim.fs.normalize(os.getenv("SESSION_MEMORY_BIN") or (M.plugin .. "/../../target/debug/session-memory"))
local folders = {}

---@param name string
---@return string an empty folder
function M.folder(name)
  local folder = vim.fn.tempname() .. "/" .. name
  vim.fn.mkdir(folder, "p")
  table.insert(folders, folder)
  return vim.uv.fs_realpath(folder)
end

---Removes every folder that was made.
function M.sweep()
  for _, folder in ipairs(folders) do
    vim.fn.delete(folder, "rf")
  end
end

---@param child table
---@return string[] arguments of a Neovim as this child is
function M.args(child)
  local settings = {}
  if child.bin then
    table.insert(settings, ("bin = %q"):format(child.bin))
  end
  table.insert(settings, child.config)
  local args = { "-u", here .. "/init.lua", "--cmd", "cd " .. vim.fn.fnameescape(child.workspace) }
  if #settings > 0 then
    vim.list_extend(args, { "--cmd", ("lua vim.g.session_memory = { %s }"):format(table.concat(settings, ", ")) })
  end
  return args
end

---@param opts? { bin?: string|false, state?: string, workspace?: string, config?: string, args?: string[], env?: table, rtp?: string }
---@return table child a MiniTest child, with `workspace`, `state` and the functions below
function M.child(opts)
  opts = opts or {}
  local child = MiniTest.new_child_neovim()
  child.workspace = opts.workspace or M.folder("workspace")
  child.state = opts.state or M.folder("state")
  local xdg = M.folder("xdg")
  vim.fn.mkdir(child.workspace .. "/.git", "p")
  local env = vim.tbl_extend("force", {
    SM_TEST_PLUGIN = M.plugin,
    SESSION_MEMORY_STATE_DIR = child.state,
    SESSION_MEMORY_CONFIG = xdg .. "/none.toml",
    SM_TEST_RTP = opts.rtp or "",
    XDG_CONFIG_HOME = xdg .. "/config",
    XDG_DATA_HOME = xdg .. "/data",
    XDG_STATE_HOME = xdg .. "/state",
    XDG_CACHE_HOME = xdg .. "/cache",
    NVIM_APPNAME = "nvim",
  }, opts.env or {})
  local before = {}
  env.SESSION_MEMORY_BIN = false -- the server would take it for a setting
  for name, value in pairs(env) do
    before[name] = vim.env[name] or vim.NIL
    vim.env[name] = value or nil
  end
  child.bin, child.config = opts.bin == nil and M.server or opts.bin, opts.config
  child.start(vim.list_extend(M.args(child), opts.args or {}))
  for name, value in pairs(before) do
    vim.env[name] = value ~= vim.NIL and value or nil
  end
  child.o.lines, child.o.columns = 24, 80

  ---Waits until a Lua expression holds in the child.
  function child.wait(expression, ms)
    local code = "return " .. expression
    local ok, seen
    vim.wait(ms or 10000, function()
      ok, seen = pcall(child.lua, code)
      return ok and seen ~= nil and seen ~= vim.NIL and seen ~= false
    end, 10)
    if not ok or not seen or seen == vim.NIL then
      error(("timed out waiting for: %s\nsaid: %s"):format(expression, vim.inspect(child.lua_get("_G.said"))), 2)
    end
    return seen
  end

  ---Waits until a text was said that has the pattern in it.
  function child.said(pattern)
    return child.wait(("table.concat(_G.said, '|'):match(%q)"):format(pattern))
  end

  ---From now on the so-many-th of a list is chosen; `_G.offered` is what was offered.
  function child.choose(number)
    child.lua(
      [[local number = ...
        vim.ui.select = function(items, opts, on)
          _G.offered = { prompt = opts.prompt, items = vim.tbl_map(opts.format_item or tostring, items) }
          on(items[number])
        end]],
      { number }
    )
  end

  ---A request through the plugin's client, and its answer.
  function child.ask(method, params)
    child.lua(
      [[local method, params = ...
      _G.answer = nil
      require("session_memory.client").request(nil, method, params, function(err, result) _G.answer = { err = err, result = result } end)]],
      { method, params or vim.empty_dict() }
    )
    local answer = child.wait("_G.answer")
    if answer.err then
      error(method .. ": " .. vim.inspect(answer.err), 2)
    end
    return answer.result
  end

  ---Feeds a conversation through the Lua API and waits for the acknowledgement.
  function child.feed(id, events, api_opts)
    child.lua(
      [[local id, events, opts = ...
      _G.stored = nil
      require("session_memory").session(id, opts):append(events, function(err, r) _G.stored = { err = err, result = r } end)]],
      { id, events, api_opts or vim.empty_dict() }
    )
    local stored = child.wait("_G.stored", 20000)
    if stored.err then
      error(vim.inspect(stored.err), 2)
    end
    return stored.result
  end
  return child
end

---A conversation of our own: turns with a tool call each.
---@param turns integer
---@param at? string when it took place
---@return table[] events
function M.conversation(turns, at)
  local events = {}
  for turn = 1, turns do
    local call = "call-" .. turn
    vim.list_extend(events, {
      {
        type = "message",
        id = "u" .. turn,
        message = {
          role = "user",
          content = ("Please make the export of month %d use UTC in src/export_%d.py."):format(turn, turn),
        },
      },
      {
        type = "message",
        id = "a" .. turn,
        message = {
          role = "assistant",
          content = ("I read src/export_%d.py first."):format(turn),
          tool_calls = {
            {
              id = call,
              type = "function",
              ["function"] = { name = "read_file", arguments = ('{"path":"src/export_%d.py"}'):format(turn) },
            },
          },
        },
      },
      {
        type = "message",
        id = "t" .. turn,
        message = {
          role = "tool",
          tool_call_id = call,
          content = ("line of src/export_%d.py with datetime.now()\n"):format(turn):rep(60),
        },
      },
      {
        type = "message",
        id = "b" .. turn,
        message = { role = "assistant", content = ("Done: src/export_%d.py uses timezone.utc now."):format(turn) },
      },
    })
  end
  for _, event in ipairs(events) do
    event.at = at
  end
  return events
end

return M
