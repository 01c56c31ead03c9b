-- A stand-in for avante.nvim in tests: the sidebar of each tab page.
local M = { sidebars = {} }

function M.get()
  return M.sidebars[vim.api.nvim_get_current_tabpage()]
end

return M
