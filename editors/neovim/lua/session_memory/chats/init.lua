-- The chats that live in Neovim. A chat is looked at when its own window opens, so nothing of it is loaded before it is used;
-- codecompanion.nvim loads its extension by itself. Each chat's own shapes are known in its own file only.
local M = {}

-- File type of a chat's window to the name of its file here.
local by_filetype = { Avante = "avante", AvanteInput = "avante", ["copilot-chat"] = "copilotchat" }

---@param filetype string
function M.attach(filetype)
  local name = by_filetype[filetype]
  if not name or not require("session_memory.config").get().chats[name] then
    return
  end
  local problem = require("session_memory.chats." .. name).attach()
  if problem then
    require("session_memory.say").warn(("%s is not fed: %s"):format(name, problem))
  end
end

M.names = { "codecompanion", "avante", "copilotchat" }

return M
