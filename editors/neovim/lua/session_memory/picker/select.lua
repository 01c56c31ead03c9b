-- Lists through vim.ui.select, which every Neovim has.
local M = {}

function M.available()
  return true
end

---@param pick session_memory.Pick
function M.pick(pick)
  vim.ui.select(pick.items, { prompt = pick.title, format_item = pick.format, kind = "session_memory" }, function(item)
    if item then
      pick.on_choice(item)
    end
  end)
end

return M
