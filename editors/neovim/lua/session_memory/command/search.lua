-- `search {words}`: passages in every event of the workspace's sessions; choosing one shows the event and its neighbours.
local M = {}

---@param hit table
---@return string
function M.line(hit)
  local at = type(hit.at) == "string" and hit.at:sub(1, 10) or ""
  return ("%s ^%d %s %s  %s"):format(hit.sessionId, hit.seq, hit.role, at, (hit.snippet:gsub("%s+", " ")))
end

---@param root string
---@param hit table
local function show(root, hit)
  local params = { sessionId = hit.sessionId, fromSeq = math.max(1, hit.seq - 2), toSeq = hit.seq + 2 }
  require("session_memory.client").request(root, "events", params, function(err, result)
    if err then
      return require("session_memory.say").failed("event " .. hit.seq, err)
    end
    local lines, row = require("session_memory.event").lines(result.events, params.fromSeq, hit.seq)
    local name = ("session-memory://%s/events-%d.md"):format(hit.sessionId, hit.seq)
    require("session_memory.scratch").open(name, table.concat(lines, "\n"))
    vim.api.nvim_win_set_cursor(0, { row, 0 })
  end)
end

---@param query string
local function search(query)
  local root = require("session_memory.target").root()
  require("session_memory.client").request(root, "search", { query = query, limit = 50 }, function(err, result)
    if err then
      return require("session_memory.say").failed("search", err)
    end
    require("session_memory.picker").pick({
      title = "Session memory: " .. query,
      items = result.hits,
      format = M.line,
      on_choice = function(hit)
        show(root, hit)
      end,
      empty = ("nothing in %s has `%s`"):format(root, query),
    })
  end)
end

---@param args session_memory.Args
function M.run(args)
  if args.rest ~= "" then
    return search(args.rest)
  end
  vim.ui.input({ prompt = "Search the sessions: " }, function(query)
    if query and query ~= "" then
      search(query)
    end
  end)
end

return M
