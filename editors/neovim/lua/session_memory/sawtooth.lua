-- The context of a session over its life, drawn in block characters: it grows, and drops at each compaction. Pure: numbers in, rows out.
local M = {}

local blocks = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }

---The largest value that falls into each column. A column without a point of its own keeps the one before, so that nothing is invented.
---@param timeline table answer of `sessionMemory/timeline`
---@param width integer
---@return number[]
function M.columns(timeline, width)
  local points = timeline.points
  local columns = {}
  if #points == 0 then
    return columns
  end
  local first, last = points[1].seq, points[#points].seq
  local span = math.max(last - first, 1)
  local fallen = {}
  for _, point in ipairs(points) do
    local column = math.min(width, 1 + math.floor((point.seq - first) / span * width))
    -- The low after a compaction begins the next column, or the drop could not be seen.
    if columns[column] and point.contextTokens < columns[column] then
      fallen[column] = point.contextTokens
    else
      columns[column] = point.contextTokens
      fallen[column] = nil
    end
  end
  local carried = points[1].contextTokens
  for column = 1, width do
    columns[column] = columns[column] or carried
    carried = fallen[column] or columns[column]
  end
  return columns
end

---@param timeline table
---@param width integer
---@param height integer
---@return string[] rows from the top, each `width` cells wide; the top is the window's limit or the highest point
function M.rows(timeline, width, height)
  local columns = M.columns(timeline, width)
  local top = timeline.contextLimit or 0
  for _, value in ipairs(columns) do
    top = math.max(top, value)
  end
  local rows = {}
  for row = height, 1, -1 do
    local cells = {}
    for column = 1, width do
      local eighths = top > 0 and (columns[column] or 0) / top * height * 8 - (row - 1) * 8 or 0
      -- What is there is never drawn as nothing.
      local least = row == 1 and (columns[column] or 0) > 0 and 1 or 0
      cells[column] = blocks[1 + math.max(least, math.min(8, math.floor(eighths + 0.5)))]
    end
    table.insert(rows, table.concat(cells))
  end
  return rows
end

---@param timeline table
---@param width integer
---@return string one row with a mark under each column in which the memory was updated (·) or the context compacted (▲)
function M.marks(timeline, width)
  local points = timeline.points
  if #points == 0 then
    return ""
  end
  local first, span = points[1].seq, math.max(points[#points].seq - points[1].seq, 1)
  local cells = {}
  for column = 1, width do
    cells[column] = " "
  end
  local function put(list, mark)
    for _, item in ipairs(list or {}) do
      local column = math.min(width, 1 + math.floor((item.seq - first) / span * width))
      if column >= 1 then
        cells[column] = mark
      end
    end
  end
  put(timeline.updates, "·")
  put(timeline.compactions, "▲")
  return table.concat(cells)
end

return M
