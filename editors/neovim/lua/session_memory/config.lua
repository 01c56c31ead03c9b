-- The settings: defaults, `vim.g.session_memory` (a table, or a function that returns one), `setup()`; a later one wins.
-- What is not accepted keeps its default and is reported once, with what would be accepted; `:checkhealth` reports it again.
-- Some settings decide where a conversation goes or what is run. They are taken only from the user's own configuration: see trust.lua.
local M = {}

---What a user may write. Every field is optional.
---@class session_memory.Opts
---@field bin? string path of the server; default: on PATH, else the plugin's own bin/
---@field settings? table settings of the server that a workspace may have a hand in: `initTokens`, `memoryTokens`, …
---@field user? table settings of the server that are the user's own: `provider`, `model`, `baseUrl`, …
---@field credentials? table<string,string>|fun():table<string,string> keys for providers, asked for when the server starts
---@field root? string[]|fun(bufnr: integer): string? markers of the workspace folder, or a function that names it
---@field context_limit? integer window of the model in tokens, where a chat does not say
---@field codelens? boolean show "Compact now", "What changed" above an open memory file
---@field picker? "auto"|"select"|"telescope"|"fzf_lua"|"snacks" how lists are shown
---@field chats? session_memory.ChatOpts

---@class session_memory.ChatOpts
---@field avante? boolean feed and compact avante.nvim where it is used
---@field copilotchat? boolean the same for CopilotChat.nvim
---@field trigger? number share of the model's window at which a chat is compacted, 0.1 to 1

---The same with every default filled in.
---@class session_memory.Config: session_memory.Opts
---@field settings table
---@field user table
---@field root string[]|fun(bufnr: integer): string?
---@field context_limit integer
---@field codelens boolean
---@field picker string
---@field chats { avante: boolean, copilotchat: boolean, trigger: number }

---@type session_memory.Config
local defaults = {
  bin = nil,
  settings = {},
  user = {},
  credentials = nil,
  root = { ".git" },
  context_limit = 200000,
  codelens = true,
  picker = "auto",
  chats = { avante = true, copilotchat = true, trigger = 0.8 },
}

local pickers = { auto = true, select = true, telescope = true, fzf_lua = true, snacks = true }

-- For each setting: what is accepted, in words, and the check.
---@type table<string, { [1]: string, [2]: fun(v: any): boolean }>
local accepted = {
  ["bin"] = {
    "a path",
    function(v)
      return type(v) == "string" and v ~= ""
    end,
  },
  ["settings"] = {
    "a table",
    function(v)
      return type(v) == "table"
    end,
  },
  ["user"] = {
    "a table",
    function(v)
      return type(v) == "table"
    end,
  },
  ["credentials"] = {
    "a table or a function",
    function(v)
      return type(v) == "table" or type(v) == "function"
    end,
  },
  ["root"] = {
    "a list of names or a function",
    function(v)
      return type(v) == "function" or vim.islist(v)
    end,
  },
  ["context_limit"] = {
    "a number of tokens from 1000",
    function(v)
      return type(v) == "number" and v >= 1000
    end,
  },
  ["codelens"] = {
    "true or false",
    function(v)
      return type(v) == "boolean"
    end,
  },
  ["picker"] = {
    "auto, select, telescope, fzf_lua or snacks",
    function(v)
      return pickers[v] == true
    end,
  },
  ["chats"] = {
    "a table",
    function(v)
      return type(v) == "table"
    end,
  },
  ["chats.avante"] = {
    "true or false",
    function(v)
      return type(v) == "boolean"
    end,
  },
  ["chats.copilotchat"] = {
    "true or false",
    function(v)
      return type(v) == "boolean"
    end,
  },
  ["chats.trigger"] = {
    "a share from 0.1 to 1",
    function(v)
      return type(v) == "number" and v >= 0.1 and v <= 1
    end,
  },
}

local resolved ---@type session_memory.Config?
local from_setup ---@type session_memory.Opts?
M.problems = {} ---@type string[]

---@param target table
---@param given table
---@param prefix string name of the table that `given` stands in, with a dot
---@param source string where it was written, for the message
local function merge(target, given, prefix, source)
  for key, value in pairs(given) do
    local name = prefix .. tostring(key)
    local rule = accepted[name]
    if not rule then
      table.insert(M.problems, ("%s: there is no setting `%s`"):format(source, name))
    elseif not rule[2](value) then
      table.insert(M.problems, ("%s: `%s` is %s, wanted: %s"):format(source, name, vim.inspect(value), rule[1]))
    elseif name == "chats" then
      merge(target.chats, value, "chats.", source)
    else
      target[key] = value
    end
  end
end

---@return table? what `vim.g.session_memory` gives, without what it may not decide here
local function global()
  local given = vim.g.session_memory
  if type(given) == "function" then
    local ok, value = pcall(given)
    if not ok then
      table.insert(M.problems, "vim.g.session_memory: the function failed: " .. tostring(value))
      return nil
    end
    given = value
  end
  if given == nil then
    return nil
  elseif type(given) ~= "table" then
    table.insert(M.problems, "vim.g.session_memory is neither a table nor a function that returns one")
    return nil
  end
  return require("session_memory.trust").of_global(given, M.problems)
end

---@return session_memory.Config
function M.get()
  if resolved then
    return resolved
  end
  M.problems = {}
  local config = vim.deepcopy(defaults)
  local given = global()
  if given then
    merge(config, given, "", "vim.g.session_memory")
  end
  if from_setup then
    local vouched = require("session_memory.trust").of_setup(from_setup, M.problems)
    merge(config, vouched, "", "setup()")
  end
  resolved = config
  if #M.problems > 0 then
    local text = "session-memory: " .. table.concat(M.problems, "\n")
    vim.schedule(function()
      vim.notify(text .. "\nThe defaults stand. See :help session_memory-config", vim.log.levels.WARN)
    end)
  end
  return config
end

---@param opts? session_memory.Opts
function M.setup(opts)
  if opts ~= nil and type(opts) ~= "table" then
    error("session_memory.setup() takes a table", 3)
  end
  from_setup = require("session_memory.trust").marked(opts or {})
  resolved = nil
end

return M
