-- Which settings are the user's own. `bin`, `user` and `credentials` decide what is run, where a conversation goes and what it costs, so a
-- project must not set them, and a file that Neovim runs for a project ('exrc': .nvim.lua, .nvimrc, .exrc) is no place for them.
-- setup() is refused them where its caller is such a file. A global variable does not tell who set it, so while 'exrc' is on and the
-- project has such a file, they are not taken from vim.g at all; setup() in the user's own configuration still works.
local M = {}

local vouched = { "bin", "user", "credentials" }
local local_files = { ".nvim.lua", ".nvimrc", ".exrc", ".lazy.lua" }
local is_local = {}
for _, name in ipairs(local_files) do
  is_local[name] = true
end

-- The folder that Neovim was started in: 'exrc' looked there (and, from 0.12 on, above it).
local started_in = vim.fn.getcwd(-1, -1)

---@param opts table
---@param why string
---@param problems string[]
---@return table
local function without(opts, why, problems)
  local kept = vim.tbl_extend("force", {}, opts)
  for _, key in ipairs(vouched) do
    if kept[key] ~= nil then
      kept[key] = nil
      table.insert(problems, ("`%s` is not taken from %s. Put it into setup() in your own init.lua"):format(key, why))
    end
  end
  return kept
end

---@return string? the project's file that 'exrc' may have run
local function local_file()
  -- lazy.nvim reads .lazy.lua whatever 'exrc' is.
  local names = vim.o.exrc and local_files or (package.loaded.lazy and { ".lazy.lua" })
  if names then
    return vim.fs.find(names, { path = started_in, upward = true, type = "file", limit = 1 })[1]
  end
end

---@param given table the value of vim.g.session_memory
---@param problems string[]
---@return table
function M.of_global(given, problems)
  local found = local_file()
  return found and without(given, "vim.g while " .. found .. " may have set it", problems) or given
end

---Remembers who called setup(): the nearest file of a project among the callers, if any.
---@param opts table
---@return { opts: table, file: string? }
function M.marked(opts)
  local level, file = 3, nil
  while true do
    local info = debug.getinfo(level, "S")
    if not info then
      break
    end
    local source = info.source:match("^@(.*)")
    if source and is_local[vim.fs.basename(source)] then
      file = source
    elseif info.source == "<nvim>" and vim.v.vim_did_enter == 0 then
      -- Neovim 0.10 gives .nvim.lua no other name.
      file = file or local_file()
    end
    level = level + 1
  end
  -- A Vimscript .exrc that says `lua require(...).setup{}` is no Lua file; its name stands in the stack of scripts.
  for name in (vim.fn.expand("<stack>") or ""):gmatch("[^%s%[%]]+") do
    local path = name:gsub("^script%s*", "")
    if is_local[vim.fs.basename(path)] then
      file = path
    end
  end
  return { opts = opts, file = file }
end

---@param mark { opts: table, file: string? }
---@param problems string[]
---@return table
function M.of_setup(mark, problems)
  return mark.file and without(mark.opts, mark.file, problems) or mark.opts
end

return M
