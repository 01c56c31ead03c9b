-- A read-only buffer with a text of the server, in a window of its own. Opened again under the same name, it gets the new text.
local M = {}

---@param name string
---@param text string
---@param opts? { filetype?: string, split?: string }
---@return integer bufnr
function M.open(name, text, opts)
  opts = opts or {}
  local bufnr = vim.fn.bufadd(name)
  M.fill(bufnr, text, opts.filetype or "markdown")
  vim.cmd((opts.split or "botright split") .. " | buffer " .. bufnr)
  return bufnr
end

---@param bufnr integer
---@param text string
---@param filetype string
function M.fill(bufnr, text, filetype)
  vim.bo[bufnr].buftype = "nofile"
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].bufhidden = "wipe"
  vim.fn.bufload(bufnr)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, true, vim.split((text:gsub("\n$", "")), "\n", { plain = true }))
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.bo[bufnr].filetype = filetype
end

return M
