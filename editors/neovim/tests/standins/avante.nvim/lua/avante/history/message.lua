-- Part of the stand-in for avante.nvim: a message of its history.
local M = {}
M.__index = M

local count = 0

function M:new(role, content, opts)
  count = count + 1
  local message = {
    message = { role = role, content = type(content) == "string" and content or { content } },
    uuid = ("00000000-0000-4000-8000-%012d"):format(count),
    state = "generated",
    timestamp = ("2026-11-25 10:00:%02d"):format(count % 60),
    visible = true,
  }
  return setmetatable(vim.tbl_extend("force", message, opts or {}), self)
end

return M
