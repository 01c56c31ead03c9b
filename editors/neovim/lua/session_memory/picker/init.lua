-- A list to choose from, shown by what the user has: snacks.nvim, telescope.nvim, fzf-lua (each in its own file here), else vim.ui.select.
local M = {}

---@class session_memory.Pick
---@field title string
---@field items table[]
---@field format fun(item: table): string
---@field on_choice fun(item: table)
---@field empty string what is said where there are none

M.order = { "snacks", "telescope", "fzf_lua" }

---@return string name of the file that shows lists
function M.chosen()
  local wanted = require("session_memory.config").get().picker
  if wanted ~= "auto" then
    return wanted
  end
  for _, name in ipairs(M.order) do
    if require("session_memory.picker." .. name).available() then
      return name
    end
  end
  return "select"
end

---@param pick session_memory.Pick
function M.pick(pick)
  if #pick.items == 0 then
    return require("session_memory.say").answer(pick.empty, vim.log.levels.WARN)
  end
  local format = pick.format
  pick.format = function(item)
    return (format(item):gsub("%c", " "))
  end
  local name = M.chosen()
  local ok, err = pcall(require("session_memory.picker." .. name).pick, pick)
  if not ok then
    -- A picker whose interface changed must not take the list away.
    require("session_memory.say").warn(("the picker %s failed, so vim.ui.select is used: %s"):format(name, err))
    require("session_memory.picker.select").pick(pick)
  end
end

return M
