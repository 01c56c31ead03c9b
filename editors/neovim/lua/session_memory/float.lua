-- A small floating window with lines of text, in the middle of the screen. `q`, <Esc> or leaving it closes it.
local M = {}

---@param lines string[]
---@param opts { title: string, width?: integer }
---@return integer window
function M.open(lines, opts)
  -- A session's id may be any text.
  lines = vim.tbl_map(function(line)
    return (line:gsub("%c", " "))
  end, lines)
  local widest = opts.width or 20
  for _, line in ipairs(lines) do
    widest = math.max(widest, vim.fn.strdisplaywidth(line))
  end
  local width = math.min(widest, vim.o.columns - 4)
  local height = math.max(1, math.min(#lines, vim.o.lines - vim.o.cmdheight - 4))
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, true, lines)
  vim.bo[bufnr].modifiable = false
  local window = vim.api.nvim_open_win(bufnr, true, {
    relative = "editor",
    width = width,
    height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - width) / 2) - 1),
    style = "minimal",
    border = "rounded",
    title = opts.title,
    title_pos = "center",
  })
  local function close()
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
  end
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, close, { buffer = bufnr, nowait = true })
  end
  vim.api.nvim_create_autocmd("WinLeave", { buffer = bufnr, once = true, callback = vim.schedule_wrap(close) })
  return window
end

return M
