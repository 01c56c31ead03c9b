-- Where the chats under test come from. With SM_REAL_CHATS (a folder with checkouts of the real plugins) the same cases run against those;
-- otherwise against the stand-ins in tests/standins, which keep to the real plugins' documented shapes.
local M = {}

local here = vim.fs.dirname(vim.fs.normalize(debug.getinfo(1, "S").source:sub(2)))
local real = os.getenv("SM_REAL_CHATS")

M.real = real ~= nil and real ~= ""

---@param name string folder of the plugin's repository
---@param needs? string[] plugins that the real one needs
---@return string runtimepath
function M.rtp(name, needs)
  if not M.real then
    return here .. "/standins/" .. name
  end
  local paths = { real .. "/" .. name }
  for _, need in ipairs(needs or {}) do
    table.insert(paths, real .. "/" .. need)
  end
  return table.concat(paths, ":")
end

return M
