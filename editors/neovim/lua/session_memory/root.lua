-- The workspace folder of a buffer, and one spelling for each folder.
local M = {}

---@param root? string a folder; default: that of the current buffer
---@return string absolute, without a slash at the end
function M.normal(root)
  local path = root or M.of_buffer(0)
  path = vim.fs.normalize(vim.fn.fnamemodify(path, ":p"))
  return #path > 1 and (path:gsub("/$", "")) or path
end

---@param bufnr integer
---@return string
function M.of_buffer(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  local of_memory = name:match("^(.+)/%.session%-memory/[^/]+/[^/]+$")
  if of_memory then
    return of_memory
  end
  local root = require("session_memory.config").get().root
  local found
  if type(root) == "function" then
    found = root(bufnr)
  elseif name ~= "" and vim.bo[bufnr].buftype == "" then
    found = vim.fs.root(bufnr, root)
  end
  return found or (type(root) == "table" and vim.fs.root(vim.fn.getcwd(), root)) or vim.fn.getcwd()
end

return M
