-- `attach {file}`: follows the transcript that an agent writes: what is in it now and what it adds become a session.
local M = {}

---@param lead string
---@return string[]
function M.complete(lead)
  return vim.fn.getcompletion(lead, "file")
end

---@param args session_memory.Args
function M.run(args)
  local say = require("session_memory.say")
  if args.rest == "" then
    return say.answer("attach: name the transcript file", vim.log.levels.ERROR)
  end
  local path = vim.fn.fnamemodify(vim.fs.normalize(args.rest), ":p")
  local root = require("session_memory.target").root()
  local params =
    { path = path, follow = true, workspaceFolder = vim.uri_from_fname(root), workDoneToken = "attach " .. path }
  require("session_memory.client").request(root, "import", params, function(err, result)
    if err then
      return say.failed("attach " .. path, err)
    end
    require("session_memory.state").learn(root, result.sessionId, { agent = result.format })
    say.answer(("%s (%s) is followed as session %s"):format(path, result.format, result.sessionId))
  end)
end

return M
