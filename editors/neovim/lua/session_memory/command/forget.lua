-- `forget {session}`: deletes every trace of a session, the memory file included. It must be named, and is asked for once more; `forget!`
-- does not ask.
local M = { complete = require("session_memory.command").session_ids }

---@param root string
---@param id string
local function forget(root, id)
  local say = require("session_memory.say")
  require("session_memory.client").request(root, "forget", { sessionId = id }, function(err)
    if err then
      return say.failed("forget " .. id, err)
    end
    require("session_memory.state").forget(root, id)
    say.answer(id .. " is forgotten")
  end)
end

---@param args session_memory.Args
function M.run(args)
  local id = args.rest
  if id == "" then
    return require("session_memory.say").answer("forget: name the session", vim.log.levels.ERROR)
  end
  local root = require("session_memory.target").root()
  if args.bang then
    return forget(root, id)
  end
  vim.ui.select({ "No", "Yes" }, { prompt = ("Delete every trace of %s?"):format(id) }, function(choice)
    if choice == "Yes" then
      forget(root, id)
    end
  end)
end

return M
