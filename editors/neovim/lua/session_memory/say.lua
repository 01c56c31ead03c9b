-- How the plugin speaks to its user: what happened, where, what to do. A text that was said in the last minute is not said again.
local M = {}

local said = {} ---@type table<string, integer>

---@param text string
---@param level? integer
function M.it(text, level)
  local now = vim.uv.now()
  if said[text] and now - said[text] < 60000 then
    return
  end
  said[text] = now
  vim.schedule(function()
    vim.notify("session-memory: " .. text, level or vim.log.levels.INFO)
  end)
end

---@param text string
function M.warn(text)
  M.it(text, vim.log.levels.WARN)
end

---An answer to a command: it is always said.
---@param text string
---@param level? integer
function M.answer(text, level)
  vim.notify("session-memory: " .. text, level or vim.log.levels.INFO)
end

---@param doing string what was tried, as "compact s1"
---@param err table|string error of a request
function M.failed(doing, err)
  local text = type(err) == "table" and (err.message or vim.inspect(err)) or tostring(err)
  if type(err) == "table" and err.code == -32601 then
    text = "the server is too old for this. Update it: see :checkhealth session_memory"
  end
  M.answer(("%s: %s"):format(doing, text), vim.log.levels.ERROR)
end

return M
