-- Stored events as text for a person. Native messages of both APIs; what is not text is shown as JSON, never dropped.
local M = {}

---@param content any string or a list of blocks
---@return string
local function text_of(content)
  if type(content) == "string" then
    return content
  elseif type(content) ~= "table" then
    return ""
  end
  local parts = {}
  for _, block in ipairs(content) do
    if type(block) == "table" and type(block.text) == "string" then
      table.insert(parts, block.text)
    else
      table.insert(parts, vim.json.encode(block))
    end
  end
  return table.concat(parts, "\n")
end

---@param event table
---@return string title
---@return string body
function M.text(event)
  if event.type == "message" then
    local message = event.message or {}
    local body = text_of(message.content)
    for _, call in ipairs(type(message.tool_calls) == "table" and message.tool_calls or {}) do
      body = body .. "\n" .. vim.json.encode(call)
    end
    return tostring(message.role), body
  elseif event.type == "toolCall" then
    return "call of " .. tostring(event.name), vim.json.encode(event.input)
  elseif event.type == "toolResult" then
    return "result", text_of(event.content)
  end
  return tostring(event.type), vim.json.encode(event)
end

---@param events table[]
---@param first integer number of the first
---@param wanted integer
---@return string[] lines
---@return integer row of the wanted one
function M.lines(events, first, wanted)
  local lines, row = {}, 1
  for i, event in ipairs(events) do
    local seq = event.seq or first + i - 1
    if seq == wanted then
      row = #lines + 1
    end
    local title, body = M.text(event)
    table.insert(lines, ("# ^%d %s"):format(seq, title))
    vim.list_extend(lines, vim.split(body, "\n", { plain = true }))
    table.insert(lines, "")
  end
  return lines, math.max(row, 1)
end

return M
