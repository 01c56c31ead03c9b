-- `:SessionMemory {sub}`: finds the subcommand's file (lua/session_memory/command/<sub>.lua) and completes names. A subcommand is a table
-- `{ run = fun(args), complete = fun(lead, root)?, range = boolean? }`.
local M = {}

M.names = {
  "attach",
  "build",
  "compact",
  "diff",
  "explain",
  "forget",
  "history",
  "log",
  "open",
  "pin",
  "refresh",
  "restart",
  "restore",
  "search",
  "sessions",
  "status",
  "stop",
}

---@class session_memory.Args
---@field words string[] after the subcommand
---@field rest string the same as one text
---@field bang boolean
---@field range? { [1]: integer, [2]: integer }

---@param name string
---@return table?
local function load(name)
  return vim.tbl_contains(M.names, name) and require("session_memory.command." .. name) or nil
end

---@param args table what nvim_create_user_command gives
function M.run(args)
  local say = require("session_memory.say")
  local name, rest = args.args:match("^(%S*)%s*(.*)$")
  local bang = args.bang
  if name:sub(-1) == "!" then
    name, bang = name:sub(1, -2), true
  end
  if name == "" then
    name = "status"
  end
  local sub = load(name)
  if not sub then
    return say.answer(
      ("there is no subcommand `%s`. There are: %s"):format(name, table.concat(M.names, ", ")),
      vim.log.levels.ERROR
    )
  end
  if args.range > 0 and not sub.range then
    return say.answer(("`%s` takes no range"):format(name), vim.log.levels.ERROR)
  end
  sub.run({
    words = vim.split(rest, "%s+", { trimempty = true }),
    rest = rest,
    bang = bang,
    range = args.range > 0 and { args.line1, args.line2 } or nil,
  })
end

---@param words string[]
---@param lead string
---@return string[]
function M.matching(words, lead)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, words)
end

---Ids of the sessions that were heard of: completion must not wait for a server.
---@param lead string
---@return string[]
function M.session_ids(lead)
  return M.matching(require("session_memory.state").ids(require("session_memory.target").root()), lead)
end

---@param lead string
---@param line string
---@param pos integer
---@return string[]
function M.complete(lead, line, pos)
  local typed = line:sub(1, pos)
  local name, rest = typed:match("SessionMemory!?%s+(%S+)%s+(.*)$")
  if not name then
    return M.matching(M.names, lead)
  end
  local sub = load((name:gsub("!$", "")))
  return sub and sub.complete and sub.complete(lead, rest) or {}
end

return M
