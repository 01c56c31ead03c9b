-- The drawing of the context: numbers in, rows out.
local eq = MiniTest.expect.equality
local sawtooth = require("session_memory.sawtooth")

local T = MiniTest.new_set()

local function timeline(values, limit)
  local points = {}
  for i, value in ipairs(values) do
    points[i] =
      { seq = type(value) == "table" and value[1] or i, contextTokens = type(value) == "table" and value[2] or value }
  end
  return { points = points, contextLimit = limit, updates = {}, compactions = {} }
end

T["a rise fills the rows from below"] = function()
  eq(sawtooth.rows(timeline({ 0, 25, 50, 75, 100 }, 100), 5, 1), { " ▂▄▆█" })
  eq(sawtooth.rows(timeline({ 0, 50, 100, 100 }, 100), 4, 2), { "  ██", " ███" })
end

T["a compaction is a drop, though both its points have one number"] = function()
  local rows = sawtooth.rows(timeline({ { 1, 50 }, { 2, 100 }, { 2, 25 }, { 4, 50 } }, 100), 4, 1)
  eq(rows, { "▄█▂▄" })
end

T["what is there is never drawn as nothing"] = function()
  eq(sawtooth.rows(timeline({ 1, 1 }, 1000000), 2, 1), { "▁▁" })
end

T["more than the window is the top"] = function()
  eq(sawtooth.rows(timeline({ 100, 200 }, 100), 2, 1), { "▄█" })
end

T["one point, no point"] = function()
  eq(sawtooth.rows(timeline({ 100 }, 100), 3, 1), { "███" })
  eq(sawtooth.rows(timeline({}, 100), 3, 1), { "   " })
  eq(sawtooth.marks(timeline({}, 100), 3), "")
end

T["marks stand under the column of their event"] = function()
  local given = timeline({ { 1, 10 }, { 5, 50 }, { 10, 100 } }, 100)
  given.updates, given.compactions = { { seq = 1 } }, { { seq = 10 } }
  eq(sawtooth.marks(given, 10), "·        ▲")
end

return T
