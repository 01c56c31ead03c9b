-- `attach {file}`: follows the transcript that an agent writes: what is in it now and what it adds become a session. `attach` alone lists
-- the sessions that agents have in the workspace (`sessionMemory/discover`); the chosen one is followed.
local M = {}

---@param lead string
---@return string[]
function M.complete(lead)
  return vim.fn.getcompletion(lead, "file")
end

---@param root string
---@param path string
---@param id? string
local function follow(root, path, id)
  local say = require("session_memory.say")
  local params = {
    path = path,
    sessionId = id,
    follow = true,
    workspaceFolder = vim.uri_from_fname(root),
    workDoneToken = "attach " .. path,
  }
  require("session_memory.client").request(root, "import", params, function(err, result)
    if err then
      return say.failed("attach " .. path, err)
    end
    require("session_memory.state").learn(root, result.sessionId, { agent = result.format })
    say.answer(("%s (%s) is followed as session %s"):format(path, result.format, result.sessionId))
  end)
end

---@param s table a session as `sessionMemory/discover` gives it
---@return string
function M.line(s)
  local state = s.attached and "followed" or s.live and "live" or ""
  local title = type(s.title) == "string" and s.title or s.sessionId
  return ("%-14s %s  %-9s %s"):format(s.agent, s.modifiedAt, state, (title:gsub("%s+", " ")))
end

---@param root string
local function offer(root)
  local say = require("session_memory.say")
  require("session_memory.client").request(root, "discover", {}, function(err, result)
    if err and err.code == -32601 then
      return say.answer("attach: name the transcript file", vim.log.levels.ERROR)
    elseif err then
      return say.failed("attach", err)
    end
    require("session_memory.picker").pick({
      title = "Agents' sessions in " .. vim.fs.basename(root),
      items = result.sessions,
      format = M.line,
      on_choice = function(session)
        if session.attached then
          return say.answer(("session %s is followed already"):format(session.sessionId))
        end
        follow(root, session.path, session.sessionId)
      end,
      empty = "no agent has a session in " .. root .. ". `:SessionMemory attach {file}` follows any transcript",
    })
  end)
end

---@param args session_memory.Args
function M.run(args)
  local root = require("session_memory.target").root()
  if args.rest == "" then
    return offer(root)
  end
  follow(root, vim.fn.fnamemodify(vim.fs.normalize(args.rest), ":p"))
end

return M
